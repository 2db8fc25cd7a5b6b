// Whether a range is UTF-8, wherever in a word the byte is that shows it is not.
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUtf8Range } from '../../src/wire/protobuf-reader.ts';

/** `isUtf8Range` of the bytes, among others that are no UTF-8. */
function check(bytes: Uint8Array): boolean {
  const buffer = Buffer.concat([Buffer.from([0xff]), bytes, Buffer.alloc(8, 0xff)]);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  return isUtf8Range(buffer, view, 1, 1 + bytes.length);
}

test('a range is UTF-8 if all of it is, whatever is around it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        expect(check(bytes)).toBe(isUtf8(bytes));
      },
    ),
  );
});

test('a range with one bad byte is not UTF-8, wherever that byte is', () => {
  for (let length = 1; length < 12; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = Buffer.alloc(length, 'a');
      expect(check(bytes)).toBe(true);
      bytes[at] = 0xff;
      expect(check(bytes)).toBe(false);
    }
  }
});
