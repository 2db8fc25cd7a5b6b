// A real Prometheus goes away in the middle of a stream of pushes: nothing is lost, nothing stored twice or out of order.
import { expect } from 'vitest';
import { metricValue } from '../support/metric-value.ts';
import { NumberedStream, STREAM_SELECTOR } from './support/numbered-stream.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluice } from './support/sluice.ts';

const it = itWith('prometheus');

function survives(name: string, signal: NodeJS.Signals) {
  it(`a stream of numbered pushes is complete when Prometheus ${name}`, async () => {
    const prometheus = await Prometheus.start();
    const sluice = await startSluice({ url: prometheus.writeUrl });
    const stream = new NumberedStream(sluice);
    await stream.push(40);
    const stopped = prometheus.stop(signal);
    await stream.push(40);
    await stopped;
    await stream.push(40);
    await prometheus.startAgain();
    await stream.push(40);
    await stream.expectWhole(() => prometheus.stored(STREAM_SELECTOR));
    expect(await prometheus.rejections()).toEqual([]);
    expect(metricValue(await sluice.metrics(), 'sluice_queue_bytes{backend="real"}')).toBe(0);
    expect(await sluice.stop()).toBe(0);
  });
}

survives('is stopped and started again', 'SIGTERM');
survives('is killed and started again', 'SIGKILL');

it('pushes that wait when Sluice is stopped arrive before it ends', async () => {
  const prometheus = await Prometheus.start();
  const sluice = await startSluice({
    url: prometheus.writeUrl,
    queueConfig: { batchSendDeadline: '1m' },
  });
  const stream = new NumberedStream(sluice);
  await stream.push(5);
  expect(await prometheus.stored(STREAM_SELECTOR)).toEqual([]);
  expect(await sluice.stop()).toBe(0);
  await stream.expectWhole(() => prometheus.stored(STREAM_SELECTOR));
});
