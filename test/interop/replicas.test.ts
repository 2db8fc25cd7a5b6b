// Two Sluice that do not know of each other and get pushes of the same group: what a real Prometheus makes of it, with and
// without a label that distinguishes them.
import { expect } from 'vitest';
import { sendHttp } from '../support/http-client.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { Replica, startTwo } from './support/replica.ts';

const it = itWith('prometheus');
const TARGET = '/pushgateway/metrics/job/nightly/instance/i1';
/** Nothing is sent before a flush. */
const HELD = { batchSendDeadline: '30s' };

async function push({ sluice }: Replica, value: number): Promise<void> {
  expect((await sluice.push(`numbered ${value}\n`, { target: TARGET })).status).toBe(202);
}

async function flush({ sluice }: Replica): Promise<void> {
  const { status } = await sendHttp(sluice.address, { method: 'POST', target: '/-/flush' });
  expect(status).toBe(200);
}

/** The older push is sent after the newer one. */
async function pushCrosswise(older: Replica, newer: Replica): Promise<void> {
  await push(older, 1);
  await push(newer, 2);
  await flush(newer);
  await flush(older);
}

it('without a label for the replica a push that leaves later than a newer one is refused and dropped', async () => {
  const prometheus = await Prometheus.start();
  const settings = { url: prometheus.writeUrl, queueConfig: HELD };
  const [older, newer] = await Promise.all([Replica.start(settings), Replica.start(settings)]);
  await pushCrosswise(older, newer);
  const { reason, detail } = await older.sluice.logged('blockDropped');
  expect([reason, detail]).toEqual(['status_400', 'out of order sample']);
  const stored = await prometheus.stored('numbered');
  expect(stored.map(({ samples }) => samples.map(({ value }) => value))).toEqual([[2]]);
});

it('with a label for the replica both are stored, each in its own series', async () => {
  const prometheus = await Prometheus.start();
  const [older, newer] = await startTwo({ url: prometheus.writeUrl, queueConfig: HELD });
  await pushCrosswise(older, newer);
  const stored = await prometheus.stored('numbered');
  const found = stored.map(({ labels, samples }) => [labels.replica, samples.map(({ value }) => value)]);
  expect(found.sort()).toEqual([
    ['a', [1]],
    ['b', [2]],
  ]);
  expect(await prometheus.rejections()).toEqual([]);
});
