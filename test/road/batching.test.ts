// How pushes become requests: bounds on each, nothing missing, nothing twice, nothing too old.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { startRoad } from '../support/road-setup.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';

const MAX_REQUEST_BYTES = 1024 * 1024;
const RETRIED = 'sluice_blocks_retried_total{backend="primary",reason="status_503"}';

function series(count: number, labels: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `m{${labels(i)}} ${i}\n`).join('');
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const ascending = (a: number, b: number) => a - b;

test('a body of 12,000 series is cut into requests of at most 2000 samples', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed(series(12_000, (i) => `i="${i}"`));
  await delivered(12_000);
  expect(receiver.requests.map(({ decoded }) => decoded.series.length)).toEqual(Array(6).fill(2000));
  expect(receiver.deliveredValues).toEqual(upTo(12_000));
});

test('3000 series with 1 KiB of noise each make requests of at most 1 MiB compressed', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed(series(3000, (i) => `i="${i}",noise="${randomBytes(512).toString('hex')}"`));
  await delivered(3000);
  expect(receiver.deliveredValues).toEqual(upTo(3000));
  expect(receiver.requests.length).toBeGreaterThan(1);
  for (const { body, decoded } of receiver.requests) {
    expect(body.length).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
    expect(decoded.series.length).toBeLessThanOrEqual(2000);
  }
});

test('a series that fits no request sinks its push with 413, and others are delivered', async () => {
  const { collector, pushed, delivered } = await startRoad();
  await pushed('before 1\n');
  const answer = await collector.push(`neighbour 1\nhuge{a="${'x'.repeat(2 * MAX_REQUEST_BYTES)}"} 1\n`);
  expect(answer.status).toBe(413);
  expect(answer.text).toMatch(
    /^Cannot forward series of exposition line 2: expected at most 898752 bytes, found 2097\d{3}\n$/,
  );
  await pushed('after 1\n');
  expect(await delivered(2)).toEqual([
    'before{instance="i1",job="test"} 1',
    'after{instance="i1",job="test"} 1',
  ]);
});

test('a series about as large as a request is delivered or refused, never taken and then dropped', async () => {
  const { receiver, collector, drained, metric } = await startRoad({
    backend: { queueConfig: { maxRequestBytes: '4KiB' } },
  });
  let taken = 0;
  for (let length = 3300; length <= 4100; length += 8) {
    const noise = randomBytes(length).toString('base64').slice(0, length);
    const { status } = await collector.push(`m{i="${length}",noise="${noise}"} 1\n`);
    expect([202, 413]).toContain(status);
    if (status === 202) taken++;
  }
  await drained();
  expect(taken).toBeGreaterThan(1);
  expect(await metric('sluice_samples_dropped_total{backend="primary",reason="too_large"}')).toBe(0);
  expect(receiver.delivered.length).toBe(taken);
  for (const { body } of receiver.requests) expect(body.length).toBeLessThanOrEqual(4096);
});

test('a push waits for company as long as the deadline says, and 20 of them make one request', async () => {
  const clock = new FakeClock();
  const { receiver, pushed, delivered } = await startRoad({
    clock,
    backend: { queueConfig: { batchSendDeadline: '200ms' } },
  });
  await pushed('m{i="0"} 0\n');
  clock.advance(199);
  for (let i = 1; i < 20; i++) await pushed(`m{i="${i}"} ${i}\n`, `/pushgateway/metrics/job/j${i}`);
  expect(receiver.started).toBe(0);
  clock.advance(1);
  await delivered(20);
  expect(receiver.requests.length).toBe(1);
  await waitUntil(() => clock.pendingTimers === 0, 'the answer');
  // Nothing is pending, so nothing is armed that could send another one.
  clock.advance(60_000);
  expect(receiver.started).toBe(1);
});

test.each([6, 200, 12_000])('each of %i series arrives once', async (count) => {
  const { receiver, pushed, drained, metric } = await startRoad({ backend: { queueConfig: { shards: 4 } } });
  await pushed(series(count, (i) => `i="${i}"`));
  await drained();
  expect(receiver.deliveredValues.toSorted(ascending)).toEqual(upTo(count));
  expect(await metric('sluice_samples_sent_total{backend="primary"}')).toBe(count);
});

test('500 groups of 20 series at once arrive, each series once, many groups to a request', async () => {
  const { receiver, collector, pushed } = await startRoad({
    config: { shutdownTimeout: '20s' },
    backend: { queueConfig: { shards: 4, batchSendDeadline: '1h' } },
  });
  const push = (group: number) =>
    pushed(
      Array.from({ length: 20 }, (_, i) => `m{i="${i}"} ${group * 20 + i}\n`).join(''),
      `/pushgateway/metrics/job/test/instance/${group}`,
    );
  await Promise.all(upTo(500).map(push));
  expect(await collector.stop()).toEqual({ lostSamples: 0 });
  expect(receiver.deliveredValues.toSorted(ascending)).toEqual(upTo(10_000));
  expect(new Set(receiver.delivered.map(({ labels }) => JSON.stringify(labels))).size).toBe(10_000);
  // No lane sends before it has 2000 samples, or all there are.
  expect(receiver.requests.length).toBeLessThanOrEqual(8);
});

test('samples past the age limit are dropped before a retry, younger ones arrive', async () => {
  const clock = new FakeClock();
  const { receiver, pushed, metric } = await startRoad({
    clock,
    random: () => 0,
    script: [{ status: 503 }],
    backend: { queueConfig: { sampleAgeLimit: '2s', minBackoff: '1s', maxBackoff: '1s' } },
  });
  const attempts = async (count: number) => {
    await waitForValue(
      () => metric(RETRIED),
      (retried) => retried === count,
      `failure ${count}`,
    );
    // The backoff: the one wait that is left once the attempt has ended.
    await waitUntil(() => clock.pendingTimers === 1, 'the backoff');
    expect(receiver.requests.length).toBe(count);
  };
  await pushed('a 1\n');
  clock.advance(10);
  await attempts(1);
  clock.advance(1000);
  await attempts(2);
  receiver.play({});
  clock.advance(1500);
  const dropped = 'sluice_samples_dropped_total{backend="primary",reason="too_old"}';
  expect(await metric(dropped)).toBe(1);
  await pushed('b 2\n');
  clock.advance(10);
  await waitUntil(() => receiver.delivered.length === 1, 'the delivery of B');
  expect(receiver.deliveredValues).toEqual([2]);
  expect(receiver.requests.length).toBe(3);
});

test('without an age limit old and young samples arrive', async () => {
  const clock = new FakeClock();
  const { receiver, pushed, metric } = await startRoad({
    clock,
    random: () => 0,
    script: [{ status: 503 }, {}],
    backend: { queueConfig: { sampleAgeLimit: 0, minBackoff: '24d', maxBackoff: '24d' } },
  });
  await pushed('a 1\n');
  clock.advance(10);
  await waitForValue(
    () => metric(RETRIED),
    (retried) => retried === 1,
    'a failure',
  );
  await waitUntil(() => clock.pendingTimers === 1, 'the backoff');
  await pushed('b 2\n');
  clock.advance(24 * 86_400_000);
  await waitUntil(() => receiver.delivered.length === 2, 'both');
  expect(receiver.deliveredValues).toEqual([1, 2]);
});
