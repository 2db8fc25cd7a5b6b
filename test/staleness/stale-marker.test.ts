// Staleness markers on the wire, judged by the published message.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeriesCursor } from '../../src/remotewrite/series-cursor.ts';
import { seriesAfterPush } from '../../src/staleness/known-series.ts';
import { appendStaleMarkers } from '../../src/staleness/stale-marker.ts';
import { fieldBits, STALE_BITS } from '../support/sample-bits.ts';
import { encodeFields, encodePush, keyOf } from '../transcode/encoded-push.ts';

const NOTHING = encodePush([], 1);

/** The marker of the one series of an encoded push. */
function markerOf(push: Parameters<typeof encodePush>[0][number], timestampMs: number): Buffer {
  const known = seriesAfterPush(undefined, [], encodePush([push], 1));
  const { bytes, sampleCount } = appendStaleMarkers(NOTHING, known, [0], timestampMs);
  expect(sampleCount).toBe(1);
  return Buffer.from(bytes);
}

test('a marker is the eight bytes of the stale NaN and the time of the push', () => {
  expect(markerOf({ name: 'm', i: '' }, 300).toString('hex')).toBe(
    '0a1d0a0d0a085f5f6e616d655f5f12016d120c09020000000000f07f10ac02',
  );
});

test('at the time 0 the timestamp is left out', () => {
  expect(markerOf({ name: 'm', i: '' }, 0).toString('hex')).toMatch(/120909020000000000f07f$/);
});

test('whatever labels and time a series has, its marker has the same labels and that time', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
  const time = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
  fc.assert(
    fc.property(text, text, time, (name, i, timestampMs) => {
      const marker = markerOf({ name, i }, timestampMs);
      expect(fieldBits(marker)).toEqual([{ series: keyOf({ name, i }), bits: STALE_BITS, timestampMs }]);
    }),
  );
});

test('the cursor skips metadata and finds each series, its name and the end of its labels', () => {
  const label = (name: string, value: string) => ({ name, value });
  const series = [
    [label('A', '1'), label('__name__', 'first')],
    [label('__name__', 'second')],
    [label('__name__', 'x'.repeat(200)), label('a', 'y'.repeat(20_000))],
  ];
  const metadata = encodeFields({
    metadata: [{ type: 1, metric_family_name: 'first', help: 'h'.repeat(300) }],
  });
  const parts = series.map((labels) =>
    encodeFields({ timeseries: [{ labels, samples: [{ value: 0, timestamp: 0 }] }] }),
  );
  const bytes = Buffer.concat([metadata, parts[0]!, metadata, parts[1]!, parts[2]!, metadata]);
  const cursor = new SeriesCursor({
    bytes,
    sampleCount: 3,
    withheldHistograms: 0,
    hasStartTimestamps: false,
  });
  const found: string[] = [];
  const labelBytes: number[] = [];
  while (cursor.next()) {
    cursor.readLabels();
    found.push(Buffer.from(cursor.bytes).toString('utf8', cursor.nameStart, cursor.nameEnd));
    labelBytes.push(cursor.labelsEnd - cursor.labelsStart);
  }
  expect(found).toEqual(['first', 'second', 'x'.repeat(200)]);
  // After the labels of each series its empty sample takes two bytes.
  const headers = [2, 2, 4];
  expect(labelBytes).toEqual(parts.map((part, i) => part.length - headers[i]! - 2));
});
