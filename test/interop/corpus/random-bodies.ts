// Random bodies that are nearly text exposition: made by its grammar from few names and odd tokens, so that names meet,
// and then, for some, with bytes changed.
import fc from 'fast-check';

const NAMES = [
  'm',
  'n',
  'h',
  'h_bucket',
  'h_sum',
  'h_count',
  's',
  's_sum',
  's_count',
  'a:b',
  '_x',
  'h_total',
];
const BAD_NAMES = ['9x', 'm-x', 'm.x', 'größe', '__name__', '', 'm'];
const LABEL_NAMES = ['a', 'b', 'c', 'le', 'quantile', 'job', 'instance', '_a'];
const BAD_LABEL_NAMES = ['__name__', '__x', 'a:b', '9a', 'a-b', '', '"a"'];
const LABEL_VALUES = [
  '',
  'v',
  'w',
  '1',
  '1.0',
  '+Inf',
  'NaN',
  '0.5',
  '1e6',
  'é',
  '\\n',
  '\\\\',
  '\\"',
  'x y',
  ',',
  '}',
  '#',
];
const BAD_LABEL_VALUES = ['\\t', '\\', '\n', '0x1', '"', '\0', '1e400'];
const NUMBERS = [
  '0',
  '1',
  '-1',
  '+2',
  '2.5',
  '1e3',
  '.5',
  '5.',
  '+Inf',
  '-inf',
  'NaN',
  'infinity',
  '9007199254740993',
  '1e-400',
];
const BAD_NUMBERS = ['0x10', '1_0', '1e400', '1e', '.', '', '+NaN', '--1', '1 ', 'x', '1e+', '٣'];
const TYPES = ['counter', 'gauge', 'untyped', 'histogram', 'summary', 'Histogram', 'SUMMARY'];
const BAD_TYPES = ['gaugehistogram', 'unknown', 'info', 'gauge ', 'gauge x', ''];
const HELPS = ['text', '', 'two words', '\\\\ \\n', 'a "b"', 'x\ty', '{} , =', '\\\\n'];
const BAD_HELPS = ['\\t', '\\', '\\"', '\\x'];
const COMMENTS = [
  '#',
  '# EOF',
  '# UNIT m x',
  '##',
  '# help m x',
  '#HELP',
  '# TYPE',
  '# HELP m',
  '# TYPE  m',
  '',
  ' ',
  '\t',
];
const BYTES_TO_PUT = [...Buffer.from(' \t\n\r"\\{}=,#0159eE+-._:aHnx'), 0x00, 0x0b, 0xa0, 0xc3, 0xff];

/** Mostly one of `good`, now and then one of `bad`. */
function mostly(good: readonly string[], bad: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
}

const blank = mostly([' '], ['  ', '\t', ' \t ', '']);
const optionalBlank = mostly([''], [' ', '\t']);
const name = mostly(NAMES, BAD_NAMES);
const pair = fc
  .tuple(
    optionalBlank,
    mostly(LABEL_NAMES, BAD_LABEL_NAMES),
    mostly(['='], ['', ' = ', '==']),
    mostly(LABEL_VALUES, BAD_LABEL_VALUES),
    optionalBlank,
  )
  .map(([before, label, equals, value, after]) => `${before}${label}${equals}"${value}"${after}`);
const labels = fc.oneof(
  fc.constant(''),
  fc
    .tuple(
      fc.uniqueArray(pair, { maxLength: 4, selector: (text) => text.split('=')[0] }),
      mostly(['}'], [',}', '', '}}', ',,}']),
    )
    .map(([pairs, end]) => `{${pairs.join()}${end}`),
  pair.map((one) => `{${one}}`),
);
const number = fc.oneof(
  { weight: 3, arbitrary: mostly(NUMBERS, BAD_NUMBERS) },
  { weight: 1, arbitrary: fc.double().map((value) => String(value).replace(/^-NaN$/, 'NaN')) },
);
const timestamp = mostly([''], [' 1700000000000', ' -5', ' 1.5', ' x', ' ', ' 5 6']);
const sample = fc
  .tuple(optionalBlank, name, optionalBlank, labels, blank, number, timestamp)
  .map((parts) => parts.join(''));
const help = fc
  .tuple(mostly(['# HELP ', '#HELP\t'], ['# HELP']), name, blank, mostly(HELPS, BAD_HELPS))
  .map((parts) => parts.join(''));
const type = fc
  .tuple(mostly(['# TYPE ', ' #\tTYPE  '], ['# TYPE']), name, blank, mostly(TYPES, BAD_TYPES))
  .map((parts) => parts.join(''));

/** The lines of one histogram or summary, in any order but for the first. */
const family = fc
  .tuple(
    fc.constantFrom('# TYPE h histogram', '# TYPE s summary', '# TYPE m gauge'),
    fc.uniqueArray(
      fc.tuple(
        fc.constantFrom(
          'h_bucket{le="1"',
          'h_bucket{le="2.50"',
          'h_bucket{le="+Inf"',
          'h_sum{',
          'h_count{',
          's{quantile="0.5"',
          's{quantile="1"',
          's_sum{',
          's_count{',
          'm{',
        ),
        fc.constantFrom('', ',a="1"', ',a="2",'),
        number,
      ),
      { maxLength: 7, selector: ([start, end]) => start + end },
    ),
  )
  .map(([head, samples]) =>
    [
      head,
      ...samples.map(
        ([start, end, value]) => `${start}${start.endsWith('{') ? end.replace(/^,/, '') : end}} ${value}`,
      ),
    ].join('\n'),
  );

const line = fc.oneof(
  { weight: 8, arbitrary: sample },
  { weight: 2, arbitrary: family },
  { weight: 2, arbitrary: type },
  { weight: 1, arbitrary: help },
  { weight: 1, arbitrary: fc.constantFrom(...COMMENTS) },
);

const text = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 8 }), mostly(['\n'], ['', '\r\n', '\n\n', '\n ']))
  .map(([lines, end]) => Buffer.from(lines.join('\n') + end));

interface Change {
  readonly at: number;
  readonly kind: 'put' | 'replace' | 'remove' | 'cut' | 'repeat';
  readonly byte: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('put', 'put', 'replace', 'replace', 'remove', 'remove', 'repeat', 'cut'),
  byte: fc.constantFrom(...BYTES_TO_PUT),
});

/** Where `at` is a part of the length. */
function applyChange(body: Buffer, { at: part, kind, byte }: Change): Buffer {
  const at = Math.floor(part * body.length);
  const before = body.subarray(0, at);
  switch (kind) {
    case 'put':
      return Buffer.concat([before, Buffer.of(byte), body.subarray(at)]);
    case 'replace':
      return Buffer.concat([before, Buffer.of(byte), body.subarray(at + 1)]);
    case 'remove':
      return Buffer.concat([before, body.subarray(at + 1)]);
    case 'repeat':
      return Buffer.concat([before, body.subarray(body.lastIndexOf(0x0a, at) + 1)]);
    case 'cut':
      return before;
  }
}

export const randomBody: fc.Arbitrary<Buffer> = fc
  .tuple(
    text,
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
    ),
  )
  .map(([body, changes]) => changes.reduce(applyChange, body));
