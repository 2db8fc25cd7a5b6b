import { describe, expect, test } from 'vitest';
import { Batch, uncompressedBudget } from '../../../src/delivery/block/batch.ts';
import { BlockSealer } from '../../../src/remotewrite/block.ts';
import { maxSnappyLength } from '../../../src/remotewrite/snappy-encoder.ts';
import { decodeWriteRequest } from '../../support/decode-write-request.ts';
import { encodeMany } from '../../support/encode.ts';

const LIMITS = { maxSamples: 10, maxBytes: 1000 };

describe('a batch', () => {
  test('has room for exactly its limits', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    expect([batch.hasRoom(10, 1000), batch.hasRoom(11, 1), batch.hasRoom(1, 1001)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('is full at its limit of samples', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    const { bytes, sampleCount } = encodeMany('m', 9, 1);
    batch.append(bytes, sampleCount, { job: 'job', receivedAtMs: 1 });
    expect(batch.isFull).toBe(false);
    batch.append(encodeMany('n', 1, 1).bytes, 1, { job: 'job', receivedAtMs: 1 });
    expect(batch.isFull).toBe(true);
  });

  test('seals into a request of all its series, in order, and is empty then', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    batch.append(encodeMany('a', 2, 5).bytes, 2, { job: 'one', receivedAtMs: 20 });
    batch.append(encodeMany('b', 3, 6).bytes, 3, { job: 'two', receivedAtMs: 10 });
    const block = batch.seal();
    const names = decodeWriteRequest(block.body).series.map(({ labels }) => labels[0]?.[1]);
    expect(names).toEqual(['a', 'a', 'b', 'b', 'b']);
    expect(block.sampleCount).toBe(5);
    expect([batch.byteLength, batch.sampleCount]).toEqual([0, 0]);
  });

  test('copies: what the encoder does to its buffer afterwards does not matter', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    const { bytes } = encodeMany('a', 2, 5);
    batch.append(bytes, 2, { job: 'job', receivedAtMs: 1 });
    bytes.fill(0);
    expect(decodeWriteRequest(batch.seal().body).series.length).toBe(2);
  });

  test('keeps a sealed block as it is while it fills up again', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    batch.append(encodeMany('a', 2, 5).bytes, 2, { job: 'job', receivedAtMs: 1 });
    const { body, jobs } = batch.seal();
    batch.append(encodeMany('b', 3, 5).bytes, 3, { job: 'other', receivedAtMs: 1 });
    expect(decodeWriteRequest(body).series.length).toBe(2);
    expect(jobs).toEqual(new Map([['job', 2]]));
    expect(batch.seal().heldBytes).toBeGreaterThan(64 + 'other'.length);
  });

  test('forgets its jobs with each seal', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    batch.append(encodeMany('a', 2, 5).bytes, 2, { job: 'job', receivedAtMs: 1 });
    batch.seal();
    batch.append(encodeMany('b', 3, 5).bytes, 3, { job: 'other', receivedAtMs: 1 });
    expect(batch.seal().jobs).toEqual(new Map([['other', 3]]));
  });

  test('knows its jobs and how old its oldest and newest push are', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    const append = (job: string, samples: number, receivedAtMs: number) =>
      batch.append(encodeMany(job, samples, 1).bytes, samples, { job, receivedAtMs });
    append('a', 1, 30);
    append('a', 2, 10);
    append('b', 1, 40);
    append('a', 3, 20);
    const { oldestMs, newestMs, jobs } = batch.seal();
    expect([oldestMs, newestMs]).toEqual([10, 40]);
    expect(jobs).toEqual(
      new Map([
        ['a', 6],
        ['b', 1],
      ]),
    );
  });

  test('takes a single field that is larger than its limit', () => {
    const batch = new Batch(LIMITS, new BlockSealer());
    const { bytes } = encodeMany('m', 1, 1, 'x'.repeat(100_000));
    batch.append(bytes, 1, { job: 'job', receivedAtMs: 1 });
    expect(batch.hasRoom(1, 1)).toBe(false);
    expect(decodeWriteRequest(batch.seal().body).series.length).toBe(1);
    expect(batch.hasRoom(10, 1000)).toBe(true);
  });
});

test('the uncompressed budget is the most that fits whatever the content', () => {
  for (const maxRequestBytes of [1000, 65_536, 65_537, 65_538, 65_539, 1_048_576, 3_000_001]) {
    const budget = uncompressedBudget(maxRequestBytes);
    expect(maxSnappyLength(budget)).toBeLessThanOrEqual(maxRequestBytes);
    expect(maxSnappyLength(budget + 3)).toBeGreaterThan(maxRequestBytes);
  }
});
