// A sealed block is opened and any run of its series taken out: nothing is lost, and metadata stays with its push.
import { expect, test } from 'vitest';
import { BlockFields } from '../../src/remotewrite/block-fields.ts';
import { BlockSealer } from '../../src/remotewrite/block-sealer.ts';
import { unsealBlock } from '../../src/remotewrite/unseal-block.ts';
import { decodeWriteRequest } from '../support/decode-write-request.ts';
import { encodeSamples } from '../support/encode.ts';
import { holdsForSeeds } from '../support/seeded-random.ts';

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
