// Sealed blocks are read back by two decoders that know nothing of the encoder.

import { uncompress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { BlockSealer } from '../../src/remotewrite/block.ts';
import { maxSnappyLength } from '../../src/remotewrite/snappy-encoder.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { decodeSnappy } from './decode-snappy.ts';

const SIZES = [
  ...Array.from({ length: 140 }, (_, i) => i),
  255,
  256,
  257,
  1000,
  2047,
  2048,
  2049,
  4096,
  65_520,
  65_535,
  65_536,
  65_537,
  65_600,
  70_000,
  131_072,
  200_000,
];

const INPUTS: Readonly<Record<string, (length: number, random: SeededRandom) => Buffer>> = {
  zeros: (length) => Buffer.alloc(length),
  'random bytes': (length, random) => Buffer.from(Array.from({ length }, () => random.nat(256))),
  'few letters': (length, random) => Buffer.from(random.text(['a', 'b'], length, length)),
  'a short period': (length) => Buffer.from(Array.from({ length }, (_, i) => i % 7)),
  'a period beyond the short copies': (length) =>
    Buffer.from(Array.from({ length }, (_, i) => (i % 2500) * 31)),
  'a period beyond the window': (length) =>
    Buffer.from(Array.from({ length }, (_, i) => ((i % 65_600) * 2654435761) >>> 13)),
  labels: (length) =>
    Buffer.from(
      Array.from(
        { length: Math.ceil(length / 40) },
        (_, i) => `\n\u0008__name__\u0012\u0007metric${i}\njob=test,path=/a/b`,
      ).join(''),
    ).subarray(0, length),
};

describe('a sealed block', () => {
  const sealer = new BlockSealer();
  for (const [what, make] of Object.entries(INPUTS)) {
    test(`of ${what} holds them exactly, at every size`, () => {
      const random = new SeededRandom(11);
      for (const size of SIZES) expectRound(sealer, make(size, random));
    });
  }

  test('of parts that repeat at any distance holds them exactly', () => {
    const random = new SeededRandom(12);
    for (let i = 0; i < 150; i++) {
      const part = INPUTS['random bytes']!(1 + random.nat(200), random);
      const gap = () => INPUTS['random bytes']!(random.pick([0, 1, 5, 60, 61, 2000, 2048]), random);
      expectRound(
        sealer,
        Buffer.concat([part, gap(), part, gap(), part.subarray(random.nat(part.length)), part, part]),
      );
    }
  });

  test('of a view into a larger buffer holds the view alone, and is memory of its own', () => {
    const whole = Buffer.from('0123456789'.repeat(100));
    const first = sealer.seal(whole.subarray(3, 803), 1).body;
    const copy = Buffer.from(first);
    sealer.seal(Buffer.alloc(5000, 'x'), 1);
    expect(Buffer.from(first)).toEqual(copy);
    expect(decodeSnappy(first)).toEqual(whole.subarray(3, 803));
  });

  test('is not the framed format, and says in its headers what it is', () => {
    const { body, sampleCount, headers } = sealer.seal(Buffer.from('abc'), 7);
    expect(Buffer.from(body).toString('hex')).toBe('0308616263');
    expect(sampleCount).toBe(7);
    expect(headers).toEqual({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    });
  });

  test('is smaller than labels that repeat, and hardly larger than what never does', () => {
    const random = new SeededRandom(13);
    const labels = INPUTS.labels!(100_000, random);
    expect(sealer.seal(labels, 1).body.length).toBeLessThan(labels.length / 3);
    const noise = INPUTS['random bytes']!(100_000, random);
    expect(sealer.seal(noise, 1).body.length).toBeLessThan(noise.length + 100);
  });
});

function expectRound(sealer: BlockSealer, input: Buffer): void {
  const { body } = sealer.seal(input, 1);
  expect(body.length).toBeLessThanOrEqual(maxSnappyLength(input.length));
  expect(Buffer.compare(decodeSnappy(body), input)).toBe(0);
  expect(Buffer.compare(uncompress(new Uint8Array(body)), input)).toBe(0);
}
