// A push is cut into parts within limits, and a refused block into runs of its series: nothing is lost, no field is cut, and
// metadata stays with its push.

import { describe, expect, test } from 'vitest';
import { BlockSealer, unsealBlock } from '../../src/remotewrite/block.ts';
import { BlockFields, cutFragments } from '../../src/remotewrite/block-fields.ts';
import { decodeWriteRequest } from '../support/decode-write-request.ts';
import { encodeSamples } from '../support/encode.ts';
import { holdsForSeeds } from '../support/seeded-random.ts';
import { decodeSeries } from './label-registers.ts';

const sealer = new BlockSealer();

test('what is unsealed is what was sealed', () => {
  holdsForSeeds(200, (random) => {
    const word = Buffer.from(Array.from({ length: 1 + random.nat(90) }, () => random.nat(256)));
    const parts = Array.from({ length: random.nat(60) }, () =>
      random.coin() ? word : Buffer.from(Array.from({ length: random.nat(70) }, () => random.nat(4))),
    );
    const bytes = Buffer.concat(parts);
    expect(unsealBlock(sealer.seal(bytes, 1)).equals(bytes)).toBe(true);
  });
});

test('a block that is damaged is a defect', () => {
  const block = { ...sealer.seal(Buffer.alloc(100), 1), body: Buffer.from('0a0102', 'hex') };
  expect(() => unsealBlock(block)).toThrow('BUG: a sealed block cannot be opened');
});

test('any run of series is a request of these, with the metadata of the pushes that begin in it', () => {
  holdsForSeeds(200, (random) => {
    const pushes = Array.from({ length: 1 + random.nat(6) }, () => 1 + random.nat(4));
    const starts = pushes.map((_, push) => pushes.slice(0, push).reduce((sum, size) => sum + size, 0));
    const count = pushes.reduce((sum, size) => sum + size, 0);
    const families = pushes.map(() => random.nat(3));
    const fields = pushes.map((size, push) => {
      const samples = Array.from({ length: size }, (_, i) => ({
        name: `s${starts[push]! + i}`,
        value: 1,
        timestampMs: 1,
      }));
      const metadata = Array.from({ length: families[push]! }, (_, i) => ({
        family: `f${push}_${i}`,
        type: 1,
        help: 'x',
      }));
      return encodeSamples(samples, metadata).bytes;
    });
    const opened = new BlockFields(Buffer.concat(fields), count, (series) =>
      Math.max(...starts.filter((start) => start <= series)),
    );
    const from = random.nat(count);
    const to = from + 1 + random.nat(count - from);
    const wanted = starts.flatMap((start, push) =>
      start >= from && start < to ? Array.from({ length: families[push]! }, (_, i) => `f${push}_${i}`) : [],
    );
    const taken = (withMetadata: boolean) =>
      decodeWriteRequest(sealer.seal(opened.slice(from, to, withMetadata), to - from).body);
    const names = Array.from({ length: to - from }, (_, i) => `s${from + i}`);
    for (const withMetadata of [true, false]) {
      const { series, metadata } = taken(withMetadata);
      expect(series.map(({ labels }) => labels[0]?.[1])).toEqual(names);
      expect(metadata.map(({ family }) => family)).toEqual(withMetadata ? wanted : []);
    }
    expect(opened.hasMetadata(from, to)).toBe(wanted.length > 0);
  });
});

test('fields that hold another number of series are a defect', () => {
  const { bytes } = encodeSamples([{ name: 'a', value: 1, timestampMs: 1 }]);
  expect(() => new BlockFields(Buffer.from(bytes), 2, () => 0)).toThrow('BUG: a block of 2 series has 1');
});

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
