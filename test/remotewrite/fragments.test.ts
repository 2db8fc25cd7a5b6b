// Cutting a run of fields: nothing is lost, no field is cut, the limits hold.
import { describe, expect, test } from 'vitest';
import { cutFragments } from '../../src/remotewrite/fragments.ts';
import { encodeSamples } from '../support/encode.ts';
import { holdsForSeeds } from '../support/seeded-random.ts';
import { decodeSeries } from './label-registers.ts';

describe('cutFragments', () => {
  test('cuts into parts that make up the whole, each within the limits or one field alone', () => {
    holdsForSeeds(500, (random) => {
      const names = Array.from(
        { length: random.nat(12) },
        (_, i) => `m${i}${'x'.repeat(random.pick([0, 5, 100, 130, 300]))}`,
      );
      const metadata = names.slice(random.nat(12)).map((family) => ({ family, type: 1, help: 'text' }));
      const { bytes } = encodeSamples(
        names.map((name, i) => ({ name, value: i, timestampMs: i })),
        metadata,
      );
      const maxSamples = 1 + random.nat(5);
      const maxBytes = random.pick([1, 50, 200, 500, 10_000]);
      const found: string[] = [];
      let samples = 0;
      for (let start = 0; start < bytes.length; ) {
        const cut = cutFragments(bytes, start, maxSamples, maxBytes);
        expect(cut.end).toBeGreaterThan(start);
        const series = decodeSeries(bytes.subarray(start, cut.end));
        expect(series.length).toBe(cut.sampleCount);
        expect(cut.sampleCount).toBeLessThanOrEqual(maxSamples);
        const isOneField = cutFragments(bytes, start, 1, 1).end === cut.end;
        expect(cut.end - start <= maxBytes || isOneField).toBe(true);
        expectLongest(bytes, start, cut.end, cut.sampleCount, maxSamples, maxBytes);
        found.push(...series.map(({ labels }) => labels[0]![1]));
        samples += cut.sampleCount;
        start = cut.end;
      }
      expect([samples, found]).toEqual([names.length, names]);
    });
  });

  test('says that nothing is left at the end', () => {
    expect(cutFragments(Buffer.alloc(0), 0, 10, 10)).toEqual({ end: 0, sampleCount: 0 });
  });
});

/** One field more would break a limit. */
function expectLongest(
  bytes: Uint8Array,
  start: number,
  end: number,
  samples: number,
  maxSamples: number,
  maxBytes: number,
): void {
  if (end === bytes.length) return;
  const next = cutFragments(bytes, end, 1, 1);
  const isOver = samples + next.sampleCount > maxSamples || next.end - start > maxBytes;
  expect(isOver).toBe(true);
}
