// Several backends: each gets everything, and none waits for another.
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { metricValue } from '../support/metric-value.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { startCollector } from '../support/running-collector.ts';
import { seriesText } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';

const LINES = Array.from({ length: 20 }, (_, i) => `m{instance="i1",job="test"} ${i}`);

async function pushAll(collector: { push(body: string): Promise<{ status: number }> }): Promise<void> {
  for (let i = 0; i < LINES.length; i++) expect((await collector.push(`m ${i}\n`)).status).toBe(202);
}

test('two backends both get every sample, in order', async () => {
  const [one, two] = [await startReceiver(), await startReceiver()];
  const collector = await startCollector(
    roadConfig([backendFields(one.url(), { name: 'one' }), backendFields(two.url(), { name: 'two' })]),
  );
  await pushAll(collector);
  for (const receiver of [one, two]) {
    await waitUntil(() => receiver.delivered.length === LINES.length, 'every sample');
    expect(receiver.delivered.map(seriesText)).toEqual(LINES);
  }
  expect(one.delivered).toEqual(two.delivered);
});

test('a backend that is down does not delay the other, and gets everything once it is back', async () => {
  const up = await startReceiver();
  const down = await startReceiver();
  const { port } = down;
  const url = down.url();
  await down.close();
  const collector = await startCollector(
    roadConfig([backendFields(url, { name: 'down' }), backendFields(up.url(), { name: 'up' })]),
  );
  await pushAll(collector);
  await waitUntil(() => up.delivered.length === LINES.length, 'every sample at the one that is up');
  const text = await collector.metrics();
  expect(metricValue(text, 'sluice_samples_sent_total{backend="down"}')).toBe(0);
  expect(metricValue(text, 'sluice_queue_bytes{backend="down"}')).toBeGreaterThan(0);
  const back = await startReceiver([{}], { port });
  await waitUntil(() => back.delivered.length === LINES.length, 'every sample at the one that is back');
  expect(back.delivered.map(seriesText)).toEqual(LINES);
  expect(up.delivered.length).toBe(LINES.length);
});

test('a push is accepted for all backends or for none: if one is full, the other gets nothing of it', async () => {
  const [stuck, free] = [await startReceiver([{ status: 503 }]), await startReceiver()];
  const queueConfig = { maxQueueSize: '4KiB', maxRequestBytes: '4KiB' };
  const collector = await startCollector(
    roadConfig([
      backendFields(stuck.url(), { name: 'stuck', queueConfig }),
      backendFields(free.url(), { name: 'free' }),
    ]),
  );
  const taken: number[] = [];
  for (let i = 0; taken.length === i; i++) {
    const { status } = await collector.push(`m{i="${i}",text="${'x'.repeat(300)}${i}"} ${i}\n`);
    if (status === 202) taken.push(i);
    else expect(status).toBe(503);
  }
  await waitUntil(() => free.deliveredValues.length === taken.length, 'what was taken');
  expect(free.deliveredValues).toEqual(taken);
});
