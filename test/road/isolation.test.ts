// One bad series of one job costs no other sample, through the whole road.
import { expect, test } from 'vitest';
import { refusing } from '../support/refusing-backend.ts';
import { startRoad } from '../support/road-setup.ts';

const JOBS = 50;
const ROUNDS = 5;

test('a backend refuses one series of one job for ever: all others arrive, once and in order', async () => {
  const isBad = (series: string) => series === 'bad_metric';
  const { receiver, collector, pushed, drained, metric } = await startRoad({
    script: [refusing(isBad)],
    backend: { queueConfig: { shards: 2, batchSendDeadline: '20ms' } },
  });
  for (let round = 0; round < ROUNDS; round++) {
    const bodies = Array.from({ length: JOBS }, (_, job) => {
      const bad = job === 7 ? 'bad_metric 1\n' : '';
      return pushed(`${bad}# TYPE good gauge\ngood{i="0"} ${round}\ngood{i="1"} ${round}\n`, path(job));
    });
    await Promise.all(bodies);
  }
  await drained();
  expect(receiver.delivered.length).toBe(2 * JOBS * ROUNDS);
  for (let job = 0; job < JOBS; job++) {
    const own = receiver.delivered.filter(({ labels }) => new Map(labels).get('job') === `job_${job}`);
    for (const i of ['0', '1']) {
      const values = own.flatMap(({ labels, samples }) =>
        new Map(labels).get('i') === i ? samples.map(({ value }) => value) : [],
      );
      expect(values).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
    }
  }
  expect(await metric('sluice_samples_dropped_total{backend="primary",reason="status_400"}')).toBe(ROUNDS);
  expect(await metric('sluice_blocks_dropped_total{backend="primary",reason="status_400"}')).toBe(0);
  expect(await metric('sluice_samples_dropped_unseparated_total{backend="primary"}')).toBe(0);
  const drops = collector.log
    .entries()
    .filter((entry) => (entry as { event: string }).event === 'seriesDropped');
  expect(drops).toEqual(
    Array(ROUNDS).fill({
      level: 'error',
      backend: 'primary',
      job: 'job_7',
      reason: 'status_400',
      detail: 'bad sample',
      series: 1,
      pushSeries: 3,
      event: 'seriesDropped',
    }),
  );
});

function path(job: number): string {
  return `/pushgateway/metrics/job/job_${job}`;
}
