import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePushRecord, encodePushRecord, partFor } from '../../../src/delivery/block/push-record.ts';
import type { EncodedSeries } from '../../../src/remotewrite/encoded-series.ts';

test('a record of another version is refused', () => {
  expect(() => decodePushRecord(Buffer.from([9, 0, 0]))).toThrow(
    new RangeError('Cannot read spooled push: expected version 1, found 9'),
  );
});

test('an encoding that all backends take is kept once', () => {
  const encoded = encodingOf(Buffer.alloc(1000, 7), 3);
  const record = encodePushRecord(offer([encoded, encoded, encoded]), [1, 2, 3]);
  expect(record.length).toBeLessThan(1100);
  for (const profile of [1, 2, 3, 4]) expect(partFor(decodePushRecord(record), profile)).toEqual(encoded);
});

test('backends of one profile share an encoding, and those of another have another', () => {
  const [a, b] = [encodingOf(Buffer.from('a'), 1), encodingOf(Buffer.from('b'), 2)];
  const push = decodePushRecord(encodePushRecord(offer([a, b, a, b]), [7, 1, 7, 1]));
  expect(push.parts.length).toBe(2);
  expect([7, 1].map((profile) => partFor(push, profile))).toEqual([a, b]);
});

test('two profiles that share one encoding both find it when a third has another', () => {
  const [a, b] = [encodingOf(Buffer.from('a'), 1), encodingOf(Buffer.from('b'), 2)];
  const push = decodePushRecord(encodePushRecord(offer([b, a, a]), [1, 2, 3]));
  expect([1, 2, 3].map((profile) => partFor(push, profile))).toEqual([b, a, a]);
});

test('a profile that no backend had when the record was written gets the first encoding', () => {
  const [a, b] = [encodingOf(Buffer.from('a'), 1), encodingOf(Buffer.from('b'), 2)];
  expect(partFor(decodePushRecord(encodePushRecord(offer([a, b]), [1, 2])), 5)).toEqual(a);
});

test('any push is read back as it was written', () => {
  const encoding = fc
    .record({ bytes: fc.uint8Array({ maxLength: 300 }), sampleCount: fc.nat(), hasStart: fc.boolean() })
    .map(({ bytes, sampleCount, hasStart }) => ({
      ...encodingOf(Buffer.from(bytes), sampleCount),
      hasStartTimestamps: hasStart,
    }));
  const pushes = fc.record({
    encoded: fc.array(encoding, { minLength: 1, maxLength: 4 }),
    job: fc.string({ unit: 'grapheme' }),
    receivedAtMs: fc.double({ noNaN: true }),
  });
  fc.assert(
    fc.property(pushes, ({ encoded, job, receivedAtMs }) => {
      const profiles = encoded.map((_, i) => i);
      const record = encodePushRecord({ ...offer(encoded), job, receivedAtMs }, profiles);
      const push = decodePushRecord(record);
      expect({ job: push.job, receivedAtMs: push.receivedAtMs }).toEqual({ job, receivedAtMs });
      expect(profiles.map((profile) => partFor(push, profile))).toEqual(encoded);
    }),
  );
});

function encodingOf(bytes: Buffer, sampleCount: number): EncodedSeries {
  return { bytes, sampleCount, withheldHistograms: 0, hasStartTimestamps: false };
}

function offer(encoded: readonly EncodedSeries[]) {
  return { encoded, shardHash: 1, job: 'j', receivedAtMs: 1 };
}
