// Hours without a backend, on a clock that the test moves: what waits stays in order, is sent once, and grows too old only
// by the limit. And many pushes that wait at once.
import { expect, test } from 'vitest';
import type { PushEnd, PushWaiter } from '../../src/delivery/block/offered-push.ts';
import { backendConfig } from '../support/backend-config.ts';
import { type Setup, startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeSamples } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { ScriptedReceiver } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEP_MS = 2 * MINUTE_MS;
const OUTAGE_MS = 6 * HOUR_MS;
const STEPS = OUTAGE_MS / STEP_MS;
const MAX_BACKOFF_MS = 30_000;
/** One for each of two shards. */
const NAMES = ['even', 'odd'] as const;

interface Outage extends Setup {
  readonly clock: FakeClock;
  readonly receiver: ScriptedReceiver;
  /** Lets every lane make its next attempt, and waits for its end. */
  step(): Promise<void>;
}

/** A push to each of two shards every two minutes for six hours, while the backend answers 503. */
async function sitThroughOutage(queueConfig: {
  sampleAgeLimit: number;
  maxSamplesPerSend?: number;
}): Promise<Outage> {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }]);
  const waits = { shards: NAMES.length, minBackoff: 1000, maxBackoff: MAX_BACKOFF_MS };
  const config = backendConfig(receiver.url(), { queueConfig: { ...waits, ...queueConfig } });
  const setup = startDelivery(config, { clock });
  const { events, push } = setup;
  const step = async () => {
    const { length } = events.retried;
    clock.advance(STEP_MS);
    await waitUntil(() => events.retried.length === length + NAMES.length, 'the end of both attempts');
  };
  for (let round = 0; round < STEPS; round++) {
    for (const [shard, name] of NAMES.entries()) expect(push(name, round, shard)).toBe('accepted');
    await step();
  }
  return { ...setup, clock, receiver, step };
}

/** The values that arrived of each series, in order. */
function arrived({ delivered }: ScriptedReceiver): readonly number[][] {
  return NAMES.map((wanted) =>
    delivered.flatMap(({ labels, samples }) =>
      new Map(labels).get('__name__') === wanted ? samples.map(({ value }) => value) : [],
    ),
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('six hours without a backend: everything arrives afterwards, once and in order', async () => {
  const { clock, receiver, events, delivery } = await sitThroughOutage({ sampleAgeLimit: 0 });
  const [reading] = delivery.readings();
  expect(reading?.oldestAgeMs).toBe(OUTAGE_MS);
  expect(reading?.bytes).toBeLessThan(64 * 1024);
  for (const { delayMs } of events.retried) expect(delayMs).toBeLessThanOrEqual(MAX_BACKOFF_MS);
  receiver.play({});
  clock.advance(MAX_BACKOFF_MS);
  await waitUntil(() => events.samplesSent === NAMES.length * STEPS, 'everything');
  expect(arrived(receiver)).toEqual(NAMES.map(() => upTo(STEPS)));
  expect(events.samplesDropped).toBe(0);
  // The block that was tried first, and everything after it in one.
  expect(events.sent).toHaveLength(2 * NAMES.length);
  expect(delivery.readings()[0]).toMatchObject({ bytes: 0, oldestAgeMs: 0 });
});

test('six hours without a backend and a limit of one: what is younger arrives, the rest is counted', async () => {
  const perBlock = 10;
  const { clock, receiver, events } = await sitThroughOutage({
    sampleAgeLimit: HOUR_MS,
    maxSamplesPerSend: perBlock,
  });
  const backAtMs = clock.nowMs();
  receiver.play({});
  clock.advance(MAX_BACKOFF_MS);
  const total = NAMES.length * STEPS;
  await waitUntil(() => events.samplesSent + events.samplesDropped >= total, 'the end of everything');
  expect(events.samplesSent + events.samplesDropped).toBe(total);
  expect(new Set(events.dropped.map(({ reason }) => reason))).toEqual(new Set(['too_old']));
  const young = HOUR_MS / STEP_MS;
  for (const values of arrived(receiver)) {
    expect(values).toEqual(upTo(STEPS).slice(-values.length));
    expect(values.length).toBeGreaterThanOrEqual(young - 1);
    // A block goes by its newest sample.
    expect(values.length).toBeLessThan(young + perBlock);
  }
  const ages = receiver.delivered.flatMap(({ samples }) =>
    samples.map((sample) => backAtMs - sample.timestampMs),
  );
  expect(Math.max(...ages)).toBeLessThan(HOUR_MS + perBlock * STEP_MS);
});

test('ten thousand pushes that wait for delivery at once all hear of it, each once', async () => {
  const count = 10_000;
  const gate = Promise.withResolvers<void>();
  const receiver = await startReceiver([{ until: gate.promise }]);
  const config = backendConfig(receiver.url(), { queueConfig: { shards: 4 } });
  const { delivery, nextMs } = startDelivery(config);
  const ends: PushEnd[] = [];
  const waiter: PushWaiter = { level: 'delivered', stored: () => {}, ended: (end) => ends.push(end) };
  for (let i = 0; i < count; i++) {
    const timestampMs = nextMs();
    const encoded = [encodeSamples([{ name: 'm', labels: { i: String(i) }, value: i, timestampMs }])];
    const offer = {
      encoded,
      shardHash: i * 2_654_435_761,
      job: `j${i % 100}`,
      receivedAtMs: timestampMs,
      waiter,
    };
    expect(delivery.offer(offer)).toBe('accepted');
  }
  await waitUntil(() => receiver.requests.length === 4, 'a request of each shard');
  expect(ends).toEqual([]);
  gate.resolve();
  await waitUntil(() => ends.length >= count, 'the end of every push');
  expect(ends).toEqual(Array(count).fill({ kind: 'reached' }));
  expect(receiver.deliveredValues.toSorted((a, b) => a - b)).toEqual(upTo(count));
});
