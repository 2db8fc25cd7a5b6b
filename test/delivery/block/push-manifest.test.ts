import { expect, test } from 'vitest';
import { PushManifest, readPushes } from '../../../src/delivery/block/push-manifest.ts';
import { holdsForSeeds } from '../../support/seeded-random.ts';

test('a manifest gives back its pushes in order, and the samples of each job', () => {
  const manifest = new PushManifest();
  holdsForSeeds(200, (random) => {
    const pushes = Array.from({ length: random.nat(400) }, () => ({
      job: random.pick(['', 'a', 'b', 'größe', `j${random.nat(300)}`]),
      sampleCount: random.pick([1, 2, 127, 128, 100_000]),
    }));
    for (const { job, sampleCount } of pushes) manifest.add(job, sampleCount);
    const sealed = manifest.seal();
    expect(readPushes(sealed)).toEqual(pushes);
    const jobs = new Map<string, number>();
    for (const { job, sampleCount } of pushes) jobs.set(job, (jobs.get(job) ?? 0) + sampleCount);
    expect([...sealed.jobs]).toEqual([...jobs]);
  });
});

test('a manifest leaves out pushes without samples and forgets what it has sealed', () => {
  const manifest = new PushManifest();
  manifest.add('a', 0);
  manifest.add('b', 1);
  const first = manifest.seal();
  manifest.add('a', 2);
  manifest.add('b', 0);
  expect(readPushes(first)).toEqual([{ job: 'b', sampleCount: 1 }]);
  expect(readPushes(manifest.seal())).toEqual([{ job: 'a', sampleCount: 2 }]);
});

test('a usual push costs two bytes', () => {
  const manifest = new PushManifest();
  for (let i = 0; i < 100; i++) manifest.add(`job_${i % 10}`, 5);
  expect(manifest.seal().pushes.length).toBe(200);
});
