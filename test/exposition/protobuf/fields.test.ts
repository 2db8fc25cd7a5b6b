// Malformed Protocol Buffers are refused: framing, wire types, groups, cut fields.
import { describe } from 'vitest';
import { protobufCases } from './cases.ts';
import { delimit, doubleField, encodeFamily, field, varint, varintField } from './family-messages.ts';

const { refuses, takes } = protobufCases();

const text = (value: string) => Buffer.from(value, 'latin1');
const NAME = field(1, text('m'));
const COUNTER = field(3, doubleField(1, 1));
const METRIC = field(4, COUNTER);

describe('the framing of messages', () => {
  const more = (wanted: number | bigint, found: number) => `expected ${wanted} bytes more, found ${found}`;
  refuses('a length beyond the body', varint(5), 'family 1', more(5, 0));
  refuses('a length beyond the body by one', delimit(NAME).subarray(0, 3), 'family 1', more(3, 2));
  for (const length of [2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])
    refuses(`a length of ${length}`, varint(length), 'family 1', more(length, 0));
  refuses('half a length', Buffer.from('80', 'hex'), 'family 1', 'expected a whole varint, found it cut off');
  refuses(
    'a length of eleven bytes',
    Buffer.from('8080808080808080808001', 'hex'),
    'family 1',
    'expected a varint of at most 64 bits, found a longer one',
  );
  refuses(
    'a length beyond 64 bits',
    Buffer.from('80808080808080808002', 'hex'),
    'family 1',
    'expected a varint of at most 64 bits, found a longer one',
  );
  refuses(
    'a second length beyond the body',
    Buffer.concat([delimit(NAME), varint(9)]),
    'family 2',
    more(9, 0),
  );
  takes('no bytes at all', Buffer.alloc(0));
  takes('a family without metrics', delimit(NAME));
  takes(
    'lengths written longer than need be',
    Buffer.concat([text('\x8a\x80\x00'), NAME, text('\x22\x84\x00'), text('\x1a\x80\x80\x00')]),
    'm{} 0',
  );
});

describe('fields', () => {
  const inFamily = (...bytes: readonly Uint8Array[]) => delimit(Buffer.concat([NAME, ...bytes]));
  const inMetric = (...bytes: readonly Uint8Array[]) => inFamily(field(4, ...bytes));
  const metric = 'family "m", metric 1';
  refuses(
    'field number 0',
    inFamily(text('\x00\x01')),
    'family "m"',
    'expected a field number from 1 to 536870911, found 0',
  );
  refuses(
    'field number 2^29',
    inFamily(varint(2 ** 32), varint(1)),
    'family "m"',
    'expected a field number from 1 to 536870911, found 536870912',
  );
  refuses(
    'a field number beyond 2^29 whose low bits are one',
    inFamily(varint(2n ** 32n + 16n), varint(1)),
    'family "m"',
    'expected a field number from 1 to 536870911, found 536870914',
  );
  for (const wireType of [6, 7]) {
    refuses(
      `wire type ${wireType}`,
      inFamily(varint(17 * 8 + wireType)),
      'family "m"',
      `expected a wire type from 0 to 5, found ${wireType}`,
    );
  }
  refuses(
    'a family cut in a field',
    delimit(NAME.subarray(0, 2)),
    'family 1',
    'expected 1 bytes more, found 0',
  );
  refuses('a cut double', inMetric(field(3, text('\x09\x00'))), metric, 'expected 8 bytes more, found 1');
  refuses(
    'a cut field of 32 bits',
    inFamily(varint(17 * 8 + 5), text('\0\0\0')),
    'family "m"',
    'expected 4 bytes more, found 3',
  );
  refuses(
    'the end of a group alone',
    inFamily(varint(17 * 8 + 4)),
    'family "m"',
    'expected the start of a group before its end, found only the end',
  );
  refuses(
    'the end of another group',
    inFamily(varint(17 * 8 + 3), varint(18 * 8 + 4)),
    'family "m"',
    'expected the end of group 17, found that of group 18',
  );
  refuses(
    'a group without an end',
    inFamily(varint(17 * 8 + 3), varintField(18, 1)),
    'family "m"',
    'expected the end of group 17, found it cut off',
  );
  refuses(
    'groups in groups without end',
    inFamily(...Array.from({ length: 101 }, () => varint(17 * 8 + 3))),
    'family "m"',
    'expected groups at most 100 deep, found more',
  );
  takes(
    'a hundred groups in each other',
    inFamily(
      ...Array.from({ length: 100 }, (_, i) => varint((100 + i) * 8 + 3)),
      ...Array.from({ length: 100 }, (_, i) => varint((199 - i) * 8 + 4)),
      METRIC,
    ),
    'm{} 1',
  );
});

describe('a label whose lengths are written longer than need be', () => {
  const label = (...parts: readonly Uint8Array[]) =>
    delimit(Buffer.concat([NAME, field(4, field(1, ...parts), COUNTER)]));
  // Were only one byte of the length read, these would look like a name and a value and nothing after them.
  takes(
    'its value',
    label(field(1, text('a')), text('\x12\x85\x00value'), field(15, Buffer.alloc(125))),
    'm{a="value"} 1',
  );
  const behindName = Buffer.alloc(127);
  behindName[125] = 0x12;
  takes('its name', label(text('\x0a\x85\x00label'), field(15, behindName)), 'm{label=""} 1');
});

describe('a body of text', () => {
  const TEXT =
    'expected delimited MetricFamily messages, as the content type says, found text; send text without this content type';
  for (const body of [
    'a 1\n',
    '# TYPE a counter\na 1\n',
    '\n',
    'some_metric_with_a_long_name{label="value"} 3.14\n',
    '{"a":1}\n',
    '  a 1\n',
    '# HELP x é\nx 1\n',
  ])
    refuses(JSON.stringify(body), Buffer.from(body), 'family 1', TEXT);
  refuses(
    'a message that is cut, which is no text',
    delimit(encodeFamily({ name: 'abc', type: 1, metric: [{ gauge: { value: 1 } }] })).subarray(0, 9),
    'family 1',
    'expected 20 bytes more, found 8',
  );
});
