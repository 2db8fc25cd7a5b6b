// A backend that does not keep up: pushes are refused whole, what was taken arrives once.
import { expect, test } from 'vitest';
import { metricValue } from '../support/metric-value.ts';
import { type Road, startRoad } from '../support/road-setup.ts';
import { labelsOf } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';

const SERIES = 50;
const SHARDS = 2;
const QUEUE_BYTES = 64 * 1024;
const HELD = 'sluice_queue_bytes{backend="primary"}';
const FULL =
  'Cannot take push: the queue of a backend is full, because the backend does not keep up or is away\n';

/** Series that say which push they belong to, and hardly compress. */
function body(push: number): string {
  const line = (i: number) => `m{push="${push}",i="${i}",noise="${noise(push * SERIES + i)}"} ${i}\n`;
  return Array.from({ length: SERIES }, (_, i) => line(i)).join('');
}

function noise(seed: number): string {
  let state = seed + 1;
  const next = () => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state.toString(36);
  };
  return Array.from({ length: 8 }, next).join('');
}

/** Pushes numbered bodies of several groups and keeps what became of each. */
class Pusher {
  readonly taken: string[] = [];
  refusals = 0;
  readonly #road: Road;
  #next = 0;

  constructor(road: Road) {
    this.#road = road;
  }

  async push(): Promise<void> {
    const number = this.#next++;
    const target = `/pushgateway/metrics/job/test/instance/${number % 7}`;
    const { status, headers, text } = await this.#road.collector.push(body(number), { target });
    if (status === 202) this.taken.push(String(number));
    else {
      this.refusals++;
      expect([status, headers['retry-after'], text]).toEqual([503, '1', FULL]);
    }
  }
}

test('a full queue answers 503 and forwards nothing of that push; every 2xx is delivered once', async () => {
  const gate = Promise.withResolvers<void>();
  const queueConfig = {
    shards: SHARDS,
    maxSamplesPerSend: 200,
    maxRequestBytes: QUEUE_BYTES,
    maxQueueSize: QUEUE_BYTES,
  };
  const road = await startRoad({ script: [{ until: gate.promise }], backend: { queueConfig } });
  const { receiver, collector, metric, drained } = road;
  const pusher = new Pusher(road);
  while (pusher.refusals < 10) {
    await pusher.push();
    expect(await metric(HELD)).toBeLessThanOrEqual(QUEUE_BYTES);
  }
  expect(pusher.taken.length).toBeGreaterThan(3);
  expect(receiver.started).toBeLessThanOrEqual(SHARDS);
  gate.resolve();
  // Some of these meet a queue that is full still, some one that has drained.
  for (let i = 0; i < 30; i++) await pusher.push();
  const samples = pusher.taken.length * SERIES;
  await waitUntil(() => receiver.delivered.length >= samples, 'everything that was taken');
  await drained();

  const arrived = receiver.delivered.map(labelsOf);
  expect(new Set(arrived.map((labels) => `${labels.push} ${labels.i}`)).size).toBe(arrived.length);
  const pushes = Map.groupBy(arrived, ({ push }) => push);
  expect([...pushes.keys()].sort()).toEqual(pusher.taken.toSorted());
  for (const series of pushes.values()) expect(series.length).toBe(SERIES);

  const text = await collector.metrics();
  const counted = (series: string) => metricValue(text, series);
  expect(counted('sluice_pushes_total{status="503",reason="overloaded"}')).toBe(pusher.refusals);
  expect(counted('sluice_samples_accepted_total')).toBe(samples);
  expect(counted('sluice_samples_sent_total{backend="primary"}')).toBe(samples);
});

test('a push that would not even fit an empty queue is refused for good', async () => {
  const { collector, pushed, delivered } = await startRoad({
    backend: { queueConfig: { maxRequestBytes: '1KiB', maxQueueSize: '1KiB' } },
  });
  const answer = await collector.push(body(0));
  expect([answer.status, answer.text]).toEqual([
    413,
    'Cannot take push: expected one that fits an empty queue (queueConfig.maxQueueSize), found a larger one\n',
  ]);
  await pushed('m 1\n');
  expect(await delivered(1)).toEqual(['m{instance="i1",job="test"} 1']);
});
