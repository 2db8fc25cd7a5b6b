// Exemplars, in OpenMetrics and in the text format.
import { describe, expect, test } from 'vitest';
import { bodyCases, NO_LINE_FEED } from '../body-cases.ts';
import { sample, withExemplar } from '../read-body.ts';

const m = sample('m', {}, 1);
const openMetrics = bodyCases({ format: 'openMetrics', requiresEof: false });
const text = bodyCases();

for (const [format, { refuses, takes, read }] of [
  ['OpenMetrics', openMetrics],
  ['the text format', text],
] as const) {
  describe(`an exemplar in ${format}`, () => {
    const brace = 'expected "{" of an exemplar after "#", found';
    refuses('without labels', 'm 1 # 2\n', 1, `${brace} "2"`);
    refuses('of a word', 'm 1 # x\n', 1, `${brace} "x"`);
    const label = 'expected a label name, found';
    refuses('with a metric name', 'm 1 # {"x"} 2\n', 1, 'expected "=" after label name "x", found "}"');
    refuses(
      'with a reserved label',
      'm 1 # {__a="b"} 2\n',
      1,
      'expected a label name that does not begin with "__", found "__a"',
    );
    refuses(
      'with a colon in a label',
      'm 1 # {a:b="c"} 2\n',
      1,
      'expected "=" after label name "a", found ":"',
    );
    refuses(
      'with a dot in a label',
      'm 1 # {"a.b"="c"} 2\n',
      1,
      `${label} "a.b" (other characters need utf8Names: true)`,
    );
    refuses(
      'with a label twice',
      'm 1 # {a="b",a="b"} 2\n',
      1,
      'expected each label name once, found "a" twice',
    );
    refuses(
      'with a label twice, after a good one',
      'm 1 # {a="b",c="d"} 2\nm 1 # {a="b",a="d"} 2\n',
      2,
      'expected each label name once, found "a" twice',
    );
    refuses('with two commas', 'm 1 # {a="b",,} 2\n', 1, `${label} ","`);
    const value = 'expected a number as value of the exemplar, found';
    refuses('with no number', 'm 1 # {} x\n', 1, `${value} "x"`);
    refuses('with a hexadecimal number', 'm 1 # {} 0x1\n', 1, `${value} "0x1"`);
    const time = 'expected a timestamp in seconds after the exemplar, found';
    for (const token of ['x', 'NaN', '+Inf', '0x1', '1_0', '1e20', '#'])
      refuses(`with the timestamp ${token}`, `m 1 # {} 2 ${token}\n`, 1, `${time} "${token}"`);
    refuses('with a space after the value', 'm 1 # {} 2 \n', 1, `${time} the end of the line`);
    const end = 'expected the end of the line after the exemplar, found';
    refuses('with a space after the timestamp', 'm 1 # {} 2 3 \n', 1, `${end} " "`);
    refuses('with something after it', 'm 1 # {} 2 3 # {} 4\n', 1, `${end} " "`);
    refuses('in a cut body', 'm 1 # {} 2', 1, NO_LINE_FEED);
    refuses('with a timestamp in a cut body', 'm 1 # {} 2 3', 1, NO_LINE_FEED);
    refuses('in a body that is cut in the next line', 'm 1 # {} 2\n# TYPE m', 2, NO_LINE_FEED);

    takes('without labels and timestamp', 'm 1 # {} 2\n', withExemplar(m, {}, 2));
    takes(
      'with a timestamp in seconds',
      'm 1 # {} 2 1700000000.123\n',
      withExemplar(m, {}, 2, 1_700_000_000_123),
    );
    takes(
      'with a timestamp as Go writes it',
      'm 1 # {} 2 1.700000000123e+09\n',
      withExemplar(m, {}, 2, 1_700_000_000_123),
    );
    takes('at the time zero', 'm 1 # {} 2 0\n', withExemplar(m, {}, 2, 0));
    takes(
      'with labels',
      'm{x="y"} 1 # {trace_id="abc",a="b"} 0.5\n',
      withExemplar(sample('m', { x: 'y' }, 1), { a: 'b', trace_id: 'abc' }, 0.5),
    );
    takes('with a comma after the last label', 'm 1 # {a="b",} 2\n', withExemplar(m, { a: 'b' }, 2));
    takes('with escapes', 'm 1 # {a="\\n\\"\\\\"} 2\n', withExemplar(m, { a: '\n"\\' }, 2));
    takes('without a label that is empty', 'm 1 # {a="",b="c"} 2\n', withExemplar(m, { b: 'c' }, 2));
    takes('of the value NaN', 'm 1 # {} NaN\n', withExemplar(m, {}, NaN));
    takes('of an infinite value', 'm 1 # {} -Inf\n', withExemplar(m, {}, -Infinity));
    takes('of one sample only', 'm 1\nm 1 # {a="b"} 2 3\nm 1\n', m, withExemplar(m, { a: 'b' }, 2, 3000), m);
    takes(
      'that repeats labels, and then does not',
      ['{a="1",b="2"} 1 5', '{a="1",b="3"} 2', '{b="3"} 3', '{} 4', '{a="1",b="2",c="3"} 5']
        .map((exemplar) => `m 1 # ${exemplar}\n`)
        .join(''),
      withExemplar(m, { a: '1', b: '2' }, 1, 5000),
      withExemplar(m, { a: '1', b: '3' }, 2),
      withExemplar(m, { b: '3' }, 3),
      withExemplar(m, {}, 4),
      withExemplar(m, { a: '1', b: '2', c: '3' }, 5),
    );
    takes(
      'named as the labels of its sample',
      'm{a="b"} 1 # {a="c"} 2\nm{a="d"} 1 # {a="c"} 2\n',
      withExemplar(sample('m', { a: 'b' }, 1), { a: 'c' }, 2),
      withExemplar(sample('m', { a: 'd' }, 1), { a: 'c' }, 2),
    );
    for (const [what, type, name] of [
      ['a bucket', 'histogram', 'x_bucket'],
      ['a counter', 'counter', 'x_total'],
      ['a gauge', 'gauge', 'x'],
      ['a sum', 'summary', 'x_sum'],
    ] as const)
      takes(`of ${what}`, `# TYPE x ${type}\n${name} 1 # {} 2\n`, withExemplar(sample(name, {}, 1), {}, 2));

    const long = (characters: number, letter = 'x') => `m 1 # {a="${letter.repeat(characters - 1)}"} 2\n`;
    const limit = 'expected at most 128 characters in the labels of an exemplar, found';
    refuses('with 129 characters', long(129), 1, `${limit} 129`);
    refuses('with 129 letters of four bytes', long(129, '😀'), 1, `${limit} 129`);
    const many = Array.from({ length: 43 }, (_, i) => `${'abcde'[Math.floor(i / 10)]}${i % 10}="x"`);
    refuses('with 129 characters in 43 labels', `m 1 # {${many}} 2\n`, 1, `${limit} 129`);
    refuses('with 129 characters of empty labels', `m 1 # {${'x'.repeat(129)}=""} 2\n`, 1, `${limit} 129`);
    takes('with 128 characters', long(128), withExemplar(m, { a: 'x'.repeat(127) }, 2));
    takes('with 128 letters of four bytes', long(128, '😀'), withExemplar(m, { a: '😀'.repeat(127) }, 2));
    takes(
      'with 128 characters when unescaped',
      long(128, '\\n'),
      withExemplar(m, { a: '\n'.repeat(127) }, 2),
    );

    test('keeps nothing of the body before', () => {
      expect(read('m 1 # {a="b"} 2 3\n')).toEqual([withExemplar(m, { a: 'b' }, 2, 3000)]);
      expect(read('m 1\n')).toEqual([m]);
    });
  });
}

describe('an exemplar in OpenMetrics only', () => {
  const { refuses, takes } = openMetrics;
  refuses('without a space before the value', 'm 1 # {}2\n', 1, 'expected one space, found "2"');
  refuses('without a space before the labels', 'm 1 #{} 2\n', 1, 'expected one space, found "{"');
  refuses('without a value', 'm 1 # {}\n', 1, 'expected one space, found the end of the line');
  refuses(
    'with two spaces before the value',
    'm 1 # {}  2\n',
    1,
    'expected a number as value of the exemplar, found " "',
  );
  refuses('with a blank in its labels', 'm 1 # {a="b", c="d"} 2\n', 1, 'expected a label name, found " "');
  takes(
    'after a timestamp in seconds',
    'm 1 5.5 # {} 2 6\n',
    withExemplar(sample('m', {}, 1, 5500), {}, 2, 6000),
  );
  takes('with an unknown escape', 'm 1 # {a="\\t"} 2\n', withExemplar(m, { a: '\\t' }, 2));
});

describe('an exemplar in the text format only', () => {
  const { refuses, takes } = text;
  refuses(
    'with an unknown escape',
    'm 1 # {a="\\t"} 2\n',
    1,
    'expected one of \\\\ \\" \\n as escape in the label value, found "\\\\t"',
  );
  refuses(
    'without a value',
    'm 1 # {}\n',
    1,
    'expected a number as value of the exemplar, found the end of the line',
  );
  refuses(
    'after a timestamp in seconds',
    'm 1 5.5 # {} 2\n',
    1,
    'expected a timestamp in whole milliseconds after the value, found "5.5"',
  );
  takes(
    'after a timestamp in milliseconds',
    'm 1 1700000000123 # {} 2 6.5\n',
    withExemplar(sample('m', {}, 1, 1_700_000_000_123), {}, 2, 6500),
  );
  takes(
    'with blanks between its parts',
    'm 1\t#  { a = "b" , }\t2  3\n',
    withExemplar(m, { a: 'b' }, 2, 3000),
  );
});
