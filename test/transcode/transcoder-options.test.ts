// The choices of the configuration, the families as series, and the limits, each by its smallest example.
import { describe, expect, test } from 'vitest';
import {
  type FlatSeries,
  fixed,
  newTranscoder,
  push,
  RECEIVED_AT_MS,
  seriesOf,
  transcodeBody,
} from './transcode-body.ts';

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');

describe('timestamps', () => {
  const twice = (line: number) =>
    `Cannot parse exposition line ${line}: expected each series once, or with ever later timestamps, found it again (same name and labels after those of the path)`;
  test('that are rejected refuse the push, in whatever line', () => {
    const refusal = 'Cannot parse exposition line 2: expected no timestamp (timestamps: reject), found one';
    expect(push('m 1\nn 1 0\n', { timestamps: 'reject' })).toBe(refusal);
    expect(push('m 1\nn 1\n', { timestamps: 'reject' })).toEqual([
      ['__name__=m job=test', 1],
      ['__name__=n job=test', 1],
    ]);
  });

  test('that are ignored are replaced by the time of receipt', () => {
    expect(push('m 1 5\n', { timestamps: 'ignore' })).toEqual([['__name__=m job=test', 1]]);
    expect(push('m 1 5\nm 2 6\n', { timestamps: 'ignore' })).toBe(twice(2));
    expect(push('m 1 x\n', { timestamps: 'ignore' })).toContain('expected a timestamp in whole milliseconds');
  });

  test('that are honoured are sent as they are, even zero and below', () => {
    const series = seriesOf(transcodeBody(newTranscoder(), 'a 1 1700000000123\nb 2 0\nc 3 -1\nd 4\n'));
    expect((series as readonly FlatSeries[]).map(({ timestampMs }) => timestampMs)).toEqual([
      1_700_000_000_123,
      0,
      -1,
      RECEIVED_AT_MS,
    ]);
  });

  test('let a series come several times if each is later than the one before', () => {
    expect(push('m 1 5\nn 9\nm 2 6\nm 3 70\n')).toEqual([
      ['__name__=m job=test', 1, 5],
      ['__name__=n job=test', 9],
      ['__name__=m job=test', 2, 6],
      ['__name__=m job=test', 3, 70],
    ]);
    for (const second of ['m 2 5', 'm 2 4', 'm 2']) expect(push(lines('m 1 5', second))).toBe(twice(2));
    expect(push('m 1\nm 2 5\n')).toBe(twice(2));
    expect(push('m 1 5\nm 2 7\nm 3 6\n')).toBe(twice(3));
  });

  test('of a histogram count make as many +Inf buckets', () => {
    const counts = lines('# TYPE h histogram', 'h_count 1 5', 'h_count 2 6');
    expect(push(counts)).toEqual([
      ['__name__=h_count job=test', 1, 5],
      ['__name__=h_count job=test', 2, 6],
      ['__name__=h_bucket job=test le=+Inf', 1, 5],
      ['__name__=h_bucket job=test le=+Inf', 2, 6],
    ]);
  });
});

describe('a series pushed twice', () => {
  const twice =
    'Cannot parse exposition line 2: expected each series once, or with ever later timestamps, found it again (same name and labels after those of the path)';
  const refuses = (what: string, ...body: string[]) =>
    test(`is refused ${what}`, () =>
      expect(push(lines(...body), {}, fixed({ job: 'test', g: '1' }, { d: 'v' }))).toBe(twice));
  refuses('unchanged', 'm 1', 'm 1');
  refuses('with its labels in another order', 'm{a="1",b="2"} 1', 'm{b="2",a="1"} 1');
  refuses('if only a label of the path differs', 'm{job="a"} 1', 'm{job="b",g="2"} 1');
  refuses('if a label is empty', 'm{a=""} 1', 'm 1');
  refuses('if it has the default value', 'm{d="v"} 1', 'm 1');
  refuses('if an escape writes the same', 'm{a="\\\\"} 1', 'm{a="\\\\",b=""} 1');
  test('is refused if le differs only in its spelling', () => {
    expect(push(lines('# TYPE h histogram', 'h_bucket{le="1"} 1', 'h_bucket{le="1.0"} 1'))).toBe(
      twice.replace('line 2', 'line 3'),
    );
    expect(push(lines('m{le="1"} 1', 'm{le="1.0"} 1'))).toHaveLength(2);
  });
});

describe('line endings', () => {
  const one = [['__name__=m job=test', 1]];
  test('that are strict refuse CR LF and a missing last line feed', () => {
    expect(push('m 1\r\n')).toMatch(
      /^Cannot parse exposition line 1: expected a number as value, found "1\\r"; /,
    );
    expect(push('m 1')).toContain('expected a line feed at the end of the last line');
  });

  const takes = (what: string, body: string, expected: unknown = one) =>
    test(`that are lenient take ${what}`, () =>
      expect(push(body, { lineEndings: 'lenient' })).toEqual(expected));
  takes('CR LF', '# TYPE m gauge\r\n\r\nm 1\r\n');
  takes('a missing last line feed', 'm 1');
  takes('both at once', '# HELP m x\r\nm 1');
  takes('a comment alone without one', '#', []);
  takes('nothing', '', []);
  takes('blanks alone', ' \t', []);
  takes('line feeds alone', 'm 1\n');
  takes('a carriage return inside a label value', 'm{a="x\ry"} 1\r\n', [['__name__=m a=x\ry job=test', 1]]);
  test('that are lenient refuse a lone carriage return, one at the end, and a cut line', () => {
    for (const body of ['m 1\rn 1\n', 'm 1\r', 'm 1\r\r\n'])
      expect(push(body, { lineEndings: 'lenient' })).toContain('expected a number as value');
    expect(push('m{a="x', { lineEndings: 'lenient' })).toContain('expected a closing quote');
  });

  test('that are lenient say of every body what the strict reading says of its converted text', () => {
    const body = '# TYPE h histogram\nh_bucket{le="1.0",a="x\\n"} 1 5\nh_count{a="x\\n"} 2 5\nm{b=""} -0\n';
    expect(push(body.replaceAll('\n', '\r\n').slice(0, -2), { lineEndings: 'lenient' })).toEqual(push(body));
  });
});

describe('families', () => {
  test('become series: histogram, summary, counter, gauge and untyped', () => {
    const body = lines(
      '# TYPE h histogram',
      'h_bucket{le="1.0"} 1',
      'h_bucket{le="2"} 2',
      'h_sum 3',
      'h_count 2',
      '# TYPE s summary',
      's{quantile="0.50"} 1',
      's{quantile="0.99"} 4',
      's_sum 6',
      's_count 2.7',
      '# TYPE c counter',
      'c_total 1e9',
      '# TYPE g gauge',
      'g 0',
      'u -0',
    );
    const all = [
      'h_bucket job=test le=1',
      'h_bucket job=test le=2',
      'h_sum job=test',
      'h_count job=test',
      's job=test quantile=0.5',
      's job=test quantile=0.99',
      's_sum job=test',
      's_count job=test',
      'c_total job=test',
      'g job=test',
      'u job=test',
      'h_bucket job=test le=+Inf',
    ];
    const values = [1, 2, 3, 2, 1, 4, 6, 2.7, 1e9, 0, -0, 2];
    expect(push(body)).toEqual(all.map((labels, i) => [`__name__=${labels}`, values[i]]));
  });

  test('get a +Inf bucket only if the count has none', () => {
    expect(push(lines('# TYPE h histogram', 'h_count 2', 'h_bucket{le="inf"} 2'))).toHaveLength(2);
    expect(push(lines('# TYPE h gaugehistogram', 'h_count 2'))).toHaveLength(2);
    expect(push(lines('# TYPE h histogram', 'h_bucket{le="1"} 2', 'h_sum 1'))).toHaveLength(2);
    expect(push(lines('# TYPE s summary', 's_count 2'))).toHaveLength(1);
    expect(push(lines('h_count 2'))).toHaveLength(1);
    expect(
      push(
        lines('# TYPE h histogram', 'h_count{a="1"} 2', 'h_count{a="2"} 3', 'h_bucket{a="2",le="+Inf"} 3'),
      ),
    ).toHaveLength(4);
  });

  test('drop empty labels after those of the path, and let the path win', () => {
    const labels = fixed({ job: 'test', instance: '127.0.0.1:9', zone: '' }, { zone: 'z', cluster: 'c' });
    expect(push('m{job="evil",instance="x",k="v",e="",zone="own"} 1\n', {}, labels)).toEqual([
      ['__name__=m cluster=c instance=127.0.0.1:9 job=test k=v', 1],
    ]);
  });

  test('sort labels by bytes', () => {
    expect(push('test{b="2",a="1",Z="3",_x="4"} 1\n')).toEqual([
      ['Z=3 __name__=test _x=4 a=1 b=2 job=test', 1],
    ]);
    const utf8 = push('{"test","\u{1f600}"="1","\uff21"="2"} 1\n', { utf8Names: true });
    expect(utf8).toEqual([['__name__=test job=test \uff21=2 \u{1f600}=1', 1]]);
  });
});

describe('limits', () => {
  /** The whole message of `m{a="xxx…"} 1`, and of a count that gets a bucket. */
  const sizeOf = (body: string) => (transcodeBody(newTranscoder(), body) as Buffer).length;
  const wide = (length: number) => `n 1\nm{a="${'x'.repeat(length)}"} 1\n`;

  test('on one series refuse it by its line, at the byte', () => {
    const bytes = sizeOf(wide(500)) - sizeOf('n 1\n');
    expect(push(wide(500), { maxSeriesBytes: bytes })).toHaveLength(2);
    expect(push(wide(500), { maxSeriesBytes: bytes - 1 })).toBe(
      `Cannot forward series of exposition line 2: expected at most ${bytes - 1} bytes, found ${bytes}`,
    );
  });

  test('on one series hold for a bucket that is made too', () => {
    const body = lines('# TYPE h histogram', 'h_count 1');
    const bytes = sizeOf(body) - sizeOf('h_count 1\n');
    expect(push(body, { maxSeriesBytes: bytes })).toHaveLength(2);
    expect(push(body, { maxSeriesBytes: bytes - 1 })).toBe(
      `Cannot forward series of exposition line 2: expected at most ${bytes - 1} bytes, found ${bytes}`,
    );
  });

  test('on the encoded push refuse a small body that the path makes large', () => {
    const body = Array.from({ length: 5000 }, (_, i) => `m${i} 1\n`).join('');
    const labels = fixed({ job: 'x'.repeat(1000) });
    expect(push(body, { maxEncodedBytes: 1_000_000 }, labels)).toBe(
      'Cannot encode push: expected at most 1000000 bytes after encoding, found more',
    );
    expect(push(body, { maxEncodedBytes: 10_000_000 }, labels)).toHaveLength(5000);
  });
});
