// Start timestamps are put in, and taken out again completely, judged by the published definitions.
import { expect, test } from 'vitest';
import { findValue, seriesTimestampMs } from '../../src/remotewrite/series-value.ts';
import {
  MAX_START_BYTES,
  stripStartTimestamps,
  writeWithStart,
} from '../../src/remotewrite/start-timestamps.ts';
import { readVarint, varintEnd } from '../../src/wire/varint.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { WRITE_REQUEST } from '../support/write-request-type.ts';

const TIMES = [0, 1, 127, 128, 1_700_000_000_123, 2 ** 53 - 1, -1];
const STARTS = [1, 127, 128, 1_699_999_990_000, 2 ** 53 - 1, -1, -(2 ** 53) + 1];

/** One series: a sample or a histogram, perhaps with exemplars on either side of it. */
function rollSeries(random: SeededRandom, timestampMs: number): Uint8Array {
  const labels = [{ name: '__name__', value: 'm'.repeat(random.pick([1, 90, 100, 110, 120, 16_370])) }];
  const exemplars = random.coin() ? [{ value: 1.5, timestamp: timestampMs }] : [];
  const spans = [{ offset: -2, length: 2 }];
  const histogram = {
    count_int: 3,
    sum: 4.5,
    zero_count_int: 0,
    positive_spans: spans,
    positive_deltas: Array.from({ length: random.pick([2, 90, 100]) }, () => 1),
    timestamp: timestampMs,
  };
  const value = random.coin()
    ? { samples: [{ value: random.pick([0, 1.5]), timestamp: timestampMs }] }
    : { histograms: [histogram] };
  const message = { timeseries: [{ labels, exemplars, ...value }] };
  return WRITE_REQUEST.encode(WRITE_REQUEST.fromObject(message)).finish();
}

function withStart(series: Uint8Array, startMs: number): Uint8Array {
  const out = new Uint8Array(series.length + MAX_START_BYTES);
  const value = findValue(series, 0, series.length)!;
  return out.subarray(0, writeWithStart(out, 0, series, series.length, value, startMs));
}

test('a start timestamp that is put in is taken out again, and all else is as it was', () => {
  holdsForSeeds(300, (random) => {
    const plain = Array.from({ length: random.nat(5) }, () => rollSeries(random, random.pick(TIMES)));
    const metadata = WRITE_REQUEST.encode(
      WRITE_REQUEST.fromObject({ metadata: [{ type: 1, metric_family_name: 'm', help: 'text' }] }),
    ).finish();
    const started = plain.map((series) => (random.coin() ? withStart(series, random.pick(STARTS)) : series));
    const fields = Buffer.concat([...started, metadata]);
    expect(Buffer.from(stripStartTimestamps(fields))).toEqual(Buffer.concat([...plain, metadata]));
  });
});

test('without a start timestamp the bytes are the same array', () => {
  const fields = rollSeries(
    { pick: (items: readonly unknown[]) => items[0], coin: () => true } as SeededRandom,
    5,
  );
  expect(stripStartTimestamps(fields)).toBe(fields);
  const nothing = new Uint8Array(0);
  expect(stripStartTimestamps(nothing)).toBe(nothing);
});

test('the timestamp of a value is found, whatever it is', () => {
  holdsForSeeds(100, (random) => {
    const timestampMs = random.pick(TIMES);
    const series = rollSeries(random, timestampMs);
    expect(seriesTimestampMs(series, findValue(series, 0, series.length)!.fieldAt, series.length)).toBe(
      timestampMs,
    );
  });
});

test('a series grows by no more than is said', () => {
  holdsForSeeds(200, (random) => {
    const series = rollSeries(random, 1);
    const startMs = random.pick(STARTS);
    const grown = withStart(series, startMs);
    expect(grown.length - series.length).toBeLessThanOrEqual(MAX_START_BYTES);
    expect(readVarint(grown, 1) + varintEnd(grown, 1)).toBe(grown.length);
  });
});
