import { expect, test } from 'vitest';
import { printable, printableText } from '../../../src/delivery/http/printable.ts';

const cases: [string, string][] = [
  ["Error: Invalid label name '__invalid__'", "Error: Invalid label name '__invalid__'"],
  ['Überlauf 🙂', 'Überlauf 🙂'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u0000\u001b[2J\u007f\u009b', '\\u0000\\u001b[2J\\u007f\\u009b'],
  ['a\u2028b\u202ec', 'a\\u2028b\\u202ec'],
];
test.each(cases)('%j is printed as %j', (text, printed) => {
  expect(printable(text)).toBe(printed);
});

test('bytes that are not UTF-8 become U+FFFD', () => {
  expect(printableText(Uint8Array.from([0x61, 0xc3, 0x28, 0xff]))).toBe('a\ufffd(\ufffd');
});
