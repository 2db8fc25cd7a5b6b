// A whole encoded push through rules; what comes out is read with the published message.
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import type { RelabelConfig } from '../../src/config/config.ts';
import { type RelabelOptions, SeriesRelabeler } from '../../src/relabel/series-relabeler.ts';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import type { RelabelDrops } from '../../src/telemetry/events.ts';
import { CollisionError } from '../../src/wire/range-table.ts';
import { collidingSeries } from '../remotewrite/colliding-series.ts';
import { decodeWriteRequest } from '../support/decode-write-request.ts';
import { encodeMany, encodeSamples, type TestMetadata, type TestSample } from '../support/encode.ts';
import { relabelRule } from '../support/relabel-rule.ts';
import { WRITE_REQUEST } from '../support/write-request-type.ts';

const NONE: RelabelDrops = { rule: 0, noName: 0, duplicate: 0, tooLarge: 0 };
const ADD_REPLICA = relabelRule({ targetLabel: '__replica__', replacement: 'r1' });
const MERGE = relabelRule({ action: 'labeldrop', regex: 'i' });
const DROP_A = relabelRule({ action: 'drop', sourceLabels: ['__name__'], regex: 'a' });

function relabeler(rules: readonly RelabelConfig[], options: Partial<RelabelOptions> = {}): SeriesRelabeler {
  return new SeriesRelabeler(rules, {
    utf8Names: false,
    maxSeriesBytes: 1 << 20,
    maxBytes: 1 << 24,
    onTrouble: 'drop',
    ...options,
  });
}

function sample(name: string, labels: Record<string, string> = {}, value = 1, timestampMs = 5): TestSample {
  return { name, labels, value, timestampMs };
}

/** The series as text with value and time; and what is said to be dropped. */
function relabeled(under: SeriesRelabeler, encoded: EncodedSeries) {
  const { bytes, sampleCount, dropped } = under.relabel(encoded);
  const { series } = decodeWriteRequest(compress(Buffer.from(bytes)));
  expect(sampleCount).toBe(series.length);
  const shown = series.map(
    ({ labels, samples }) =>
      `${labels.map(([name, value]) => `${name}=${value}`).join(' ')} ${samples[0]?.value}@${samples[0]?.timestampMs}`,
  );
  return { series: shown, dropped };
}

/** As often as it takes to have each series known. */
function makes(
  rules: readonly RelabelConfig[],
  samples: readonly TestSample[],
  series: readonly string[],
  dropped: Partial<RelabelDrops> | undefined,
  options: Partial<RelabelOptions> = {},
): void {
  const under = relabeler(rules, options);
  const expected = { series, dropped: dropped && { ...NONE, ...dropped } };
  for (const round of ['new', 'known', 'known again'])
    expect(relabeled(under, encodeSamples(samples)), round).toEqual(expected);
}

describe('what is refused', () => {
  test('two series that become one refuse the push if nothing may be lost, and are named', () => {
    const under = relabeler([MERGE], { onTrouble: 'refuse' });
    expect(() => under.relabel(encodeMany('up', 2, 5))).toThrow(
      'Cannot relabel push: expected metricRelabelConfigs to keep its series distinct, found up a second time, made from up{i="1"}',
    );
    const odd = encodeSamples([
      sample('m', { i: '1', v: 'a\n\u2028"' }),
      sample('m', { i: 'x'.repeat(300), v: 'a\n\u2028"' }),
    ]);
    expect(() => under.relabel(odd)).toThrow(
      `found m{v="a\\n\\u2028\\""} a second time, made from m{i="${'x'.repeat(195)}…`,
    );
  });

  test('a series that becomes too large refuses the push if nothing may be lost', () => {
    const large = relabelRule({ targetLabel: 'x', replacement: 'y'.repeat(100) });
    const under = relabeler([large], { onTrouble: 'refuse', maxSeriesBytes: 100 });
    expect(() => under.relabel(encodeSamples([sample('m')]))).toThrow(
      `Cannot forward series m{x="${'y'.repeat(100)}"} after relabeling: expected at most 100 bytes, found 138`,
    );
  });

  test('a push that becomes too large is refused if nothing may be lost', () => {
    const under = relabeler([ADD_REPLICA], { onTrouble: 'refuse', maxBytes: 1 << 16 });
    expect(() => under.relabel(encodeMany('m', 2000, 5))).toThrow(
      'Cannot encode push: expected at most 65536 bytes after encoding, found more',
    );
  });
});

describe('what is dropped', () => {
  test('by a rule', () => {
    makes([DROP_A], [sample('a'), sample('b'), sample('a', { x: '1' })], ['__name__=b 1@5'], { rule: 2 });
  });

  test('for want of a name, or of one that a metric may have', () => {
    const toName = relabelRule({ sourceLabels: ['x'], targetLabel: '__name__' });
    const samples = [sample('a', { x: 'ok:1' }), sample('a', { x: '1no' }), sample('a')];
    makes([toName], samples, ['__name__=ok:1 x=ok:1 1@5'], { noName: 2 });
    makes([toName], samples.slice(0, 2), ['__name__=ok:1 x=ok:1 1@5', '__name__=1no x=1no 1@5'], undefined, {
      utf8Names: true,
    });
  });

  test('a series that became the same as another one of the push, except the first', () => {
    const samples = [
      sample('m', { i: '1' }, 10),
      sample('m', { i: '2' }, 20),
      sample('m', {}, 30),
      sample('n', { i: '1' }),
    ];
    makes([MERGE], samples, ['__name__=m 10@5', '__name__=n 1@5'], { duplicate: 2 });
    makes([MERGE], samples.toReversed(), ['__name__=n 1@5', '__name__=m 30@5'], { duplicate: 2 });
  });

  test('unless its time is later than that of the other', () => {
    const at = (timestampMs: number, i: string) => sample('m', { i }, 1, timestampMs);
    makes(
      [MERGE],
      [at(5, '1'), at(6, '2'), at(7, '2')],
      ['__name__=m 1@5', '__name__=m 1@6', '__name__=m 1@7'],
      undefined,
    );
    makes(
      [MERGE],
      [at(-6, '1'), at(-5, '2'), at(0, '3'), at(-1, '4')],
      ['__name__=m 1@-6', '__name__=m 1@-5', '__name__=m 1@0'],
      { duplicate: 1 },
    );
  });

  test('a series that became too large, itself or for the push', () => {
    const large = relabelRule({
      sourceLabels: ['x'],
      regex: '(.+)',
      targetLabel: 'x',
      replacement: 'y'.repeat(100),
    });
    makes(
      [large],
      [sample('a', { x: '1' }), sample('b')],
      ['__name__=b 1@5'],
      { tooLarge: 1 },
      { maxSeriesBytes: 100 },
    );
    const series = ['__name__=m __replica__=r1 i=0 0@5', '__name__=m __replica__=r1 i=1 1@5'];
    const under = relabeler([ADD_REPLICA], { maxBytes: 120 });
    for (let round = 0; round < 2; round++)
      expect(relabeled(under, encodeMany('m', 4, 5))).toEqual({ series, dropped: { ...NONE, tooLarge: 2 } });
  });

  test('the metadata too if no series is left', () => {
    const metadata: TestMetadata[] = [{ family: 'a', type: 2, help: 'About a.' }];
    const under = relabeler([DROP_A]);
    const all = under.relabel(encodeSamples([sample('a')], metadata));
    expect([all.bytes.length, all.sampleCount]).toEqual([0, 0]);
    const some = under.relabel(encodeSamples([sample('a'), sample('b')], metadata));
    const decoded = decodeWriteRequest(compress(Buffer.from(some.bytes)));
    expect(decoded.metadata.map(({ help }) => help)).toEqual(['About a.']);
    const only = under.relabel(encodeSamples([], metadata));
    expect(decodeWriteRequest(compress(Buffer.from(only.bytes))).metadata.length).toBe(1);
  });
});

describe('what passes', () => {
  test('is the very same bytes if no rule changes anything', () => {
    const encoded = encodeSamples([sample('b', { x: '1' }), sample('c')]);
    for (const rules of [[DROP_A], [MERGE], [DROP_A, MERGE]]) {
      const made = relabeler(rules).relabel(encoded);
      expect(made).toEqual({ ...encoded, dropped: undefined });
    }
  });

  test('has its labels sorted by bytes, and the replica label at its place', () => {
    makes(
      [ADD_REPLICA],
      [sample('m', { A: '1', a: '2' })],
      ['A=1 __name__=m __replica__=r1 a=2 1@5'],
      undefined,
    );
    const odd = relabelRule({ targetLabel: '\u{ffff}', replacement: '1' });
    makes([odd], [sample('m', { '😀': '2', é: '3' })], ['__name__=m é=3 \u{ffff}=1 😀=2 1@5'], undefined, {
      utf8Names: true,
    });
  });

  test('keeps what follows the labels byte for byte', () => {
    const labels = [{ name: '__name__', value: 'h' }];
    const exemplars = [{ labels: [{ name: 'trace', value: 'x' }], value: 1, timestamp: 3 }];
    const histograms = [
      { countInt: 3, sum: 1.5, schema: -53, timestamp: 9, customValues: [1, 2], positiveDeltas: [1, 2] },
    ];
    const message = WRITE_REQUEST.fromObject({
      timeseries: [
        { labels, exemplars, histograms },
        { labels, histograms },
        { labels: [{ name: '__name__', value: 'g' }], samples: [{ value: -0, timestamp: 9 }], exemplars },
      ],
    });
    const bytes = WRITE_REQUEST.encode(message).finish();
    const { bytes: made, dropped } = relabeler([ADD_REPLICA]).relabel({
      bytes,
      sampleCount: 3,
      withheldHistograms: 1,
      hasStartTimestamps: false,
    });
    expect(dropped).toEqual({ ...NONE, duplicate: 1 });
    const before = decodeWriteRequest(compress(Buffer.from(bytes))).series;
    const after = decodeWriteRequest(compress(Buffer.from(made))).series;
    const rest = ({ labels: _, ...others }: (typeof after)[number]) => others;
    expect(after.map(rest)).toEqual([before[0], before[2]].map((series) => rest(series!)));
  });

  test('is read right wherever the bytes are in memory', () => {
    const { bytes, ...rest } = encodeSamples([sample('m', { a: '1' }), sample('n')]);
    const exact = new Uint8Array(bytes.length);
    exact.set(bytes);
    const within = Buffer.alloc(bytes.length + 50, 0xff);
    within.set(bytes, 7);
    for (const place of [exact, within.subarray(7, 7 + bytes.length)]) {
      const made = relabeled(relabeler([ADD_REPLICA]), { ...rest, bytes: place });
      expect(made.series).toEqual(['__name__=m __replica__=r1 a=1 1@5', '__name__=n __replica__=r1 1@5']);
    }
  });

  test('is the same for thousands of series, whether the cache has them or not', () => {
    const under = relabeler([
      ADD_REPLICA,
      relabelRule({ action: 'drop', sourceLabels: ['i'], regex: '.*7' }),
    ]);
    for (let round = 0; round < 3; round++) {
      const { series, dropped } = relabeled(under, encodeMany('m', 20_000, 5 + round));
      expect(dropped).toEqual({ ...NONE, rule: 2000 });
      expect(series[17_999]).toBe(`__name__=m __replica__=r1 i=19999 19999@${5 + round}`);
    }
  });
});

describe('series made to collide', () => {
  test('refuse the push if nothing may be lost', () => {
    const under = relabeler([MERGE], { onTrouble: 'refuse' });
    expect(() => under.relabel(collidingSeries(1000))).toThrow(CollisionError);
  });

  test('are relabeled all the same if they were accepted before', () => {
    const under = relabeler([MERGE, relabelRule({ action: 'drop', sourceLabels: ['vvv'], regex: '.*a.*' })]);
    const encoded = collidingSeries(1000);
    const { series } = decodeWriteRequest(compress(Buffer.from(encoded.bytes)));
    const kept = series.filter(({ labels }) => !labels[1]![1].includes('a'));
    expect(kept.length).toBeLessThan(1000);
    for (let round = 0; round < 2; round++) {
      const made = under.relabel(encoded);
      expect(made.dropped).toEqual({ ...NONE, rule: 1000 - kept.length });
      expect(decodeWriteRequest(compress(Buffer.from(made.bytes))).series).toEqual(kept);
    }
  });
});
