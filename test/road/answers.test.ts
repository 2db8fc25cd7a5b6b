// What each answer of the backend leads to, through the whole road.
import { expect, test } from 'vitest';
import { metricValue } from '../support/metric-value.ts';
import { startRoad } from '../support/road-setup.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

const QUIET = ['starting', 'listening', 'pushAccepted', 'blockSent', 'stopping', 'stopped'];

/** Plays `step`, then success. Pushes A, waits for its end, pushes B and waits for its delivery. */
async function answered(step: Step, a = 'a 1\na2 2\n') {
  const road = await startRoad({ script: [step, {}] });
  const { receiver, pushed, drained } = road;
  await pushed(a);
  await drained();
  expect(receiver.requests.length).toBe(1);
  await pushed('b 3\n');
  await drained();
  return road;
}

const successes: [string, Step][] = [
  ['200 with a text', { status: 200, body: 'OK' }],
  ['200 with 1 MiB of junk', { status: 200, body: '\0'.repeat(1024 * 1024) }],
  ['201', { status: 201 }],
  ['202 with a text', { status: 202, body: 'taken' }],
  ['204', { status: 204 }],
  ['299', { status: 299 }],
  ['200 with an unknown encoding', { status: 200, headers: [['content-encoding', 'zork']], body: 'zork' }],
];
test.each(successes)('%s is success: one request, counted as sent, nothing logged', async (_, step) => {
  const { receiver, collector, metric } = await answered(step);
  expect(receiver.requests.length).toBe(2);
  expect(await metric('sluice_samples_sent_total{backend="primary"}')).toBe(3);
  expect(await metric('sluice_blocks_sent_total{backend="primary"}')).toBe(2);
  const events = collector.log.entries().map((entry) => (entry as { event: string }).event);
  expect(events.filter((event) => !QUIET.includes(event))).toEqual([]);
});

const finals = [405, 408, 410, 414, 415, 431, 451, 499];
test.each(finals)('%i is final: A is sent once and counted as dropped, B is delivered', async (status) => {
  const { receiver, collector, metric } = await answered({ status, headers: [['retry-after', '1']] });
  expect(receiver.requests.length).toBe(2);
  expect(receiver.deliveredValues).toEqual([3]);
  expect(await metric(`sluice_samples_dropped_total{backend="primary",reason="status_${status}"}`)).toBe(2);
  expect(await metric('sluice_samples_sent_total{backend="primary"}')).toBe(1);
  expect(collector.log.entries()).toContainEqual({
    level: 'error',
    backend: 'primary',
    reason: `status_${status}`,
    detail: '',
    samples: 2,
    jobs: [{ job: 'test', samples: 2 }],
    event: 'blockDropped',
  });
});

test.each([400, 409, 422])('%i for a series alone is final', async (status) => {
  const { receiver, metric } = await answered({ status, headers: [['retry-after', '1']] }, 'a 1\n');
  expect(receiver.requests.length).toBe(2);
  expect(receiver.deliveredValues).toEqual([3]);
  expect(await metric(`sluice_samples_dropped_total{backend="primary",reason="status_${status}"}`)).toBe(1);
});

test.each([400, 409, 413, 422])('%i is never answered by the same request again', async (status) => {
  const { receiver, pushed, drained, metric } = await startRoad({ script: [{ status }, {}] });
  await pushed('a 1\na2 2\n');
  await drained();
  expect(receiver.requests.map(({ decoded }) => decoded.series.length)).toEqual([2, 1, 1]);
  expect(receiver.deliveredValues).toEqual([1, 2]);
  expect(await metric(`sluice_blocks_split_total{backend="primary",reason="status_${status}"}`)).toBe(1);
  expect(await metric('sluice_samples_sent_total{backend="primary"}')).toBe(2);
});

test.each([401, 403, 404])('%i is retried, readiness says why, nothing is dropped', async (status) => {
  const { receiver, collector, pushed, drained, metric } = await startRoad({ script: [{ status }] });
  expect((await collector.get('/-/ready')).text).toBe('OK\n');
  await pushed('a 1\n');
  await waitUntil(() => receiver.requests.length > 1, 'two attempts');
  const ready = await collector.get('/-/ready');
  expect(ready.status).toBe(200);
  const why = status === 404 ? 'it does not know the path of its URL' : 'it refuses our credentials';
  expect(ready.text).toBe(`OK\nBackend primary answers ${status}: ${why}. What is pushed waits.\n`);
  expect(await metric('sluice_backend_access_refused{backend="primary"}')).toBe(1);
  receiver.play({});
  await drained();
  expect(receiver.deliveredValues).toEqual([1]);
  expect((await collector.get('/-/ready')).text).toBe('OK\n');
  expect(await metric('sluice_backend_access_refused{backend="primary"}')).toBe(0);
  const events = collector.log.entries().map((entry) => (entry as { event: string }).event);
  expect(events.filter((event) => event.startsWith('access'))).toEqual(['accessRefused', 'accessGranted']);
});

test.each([500, 501, 502, 503, 504, 507, 529, 599])('%i is repeated until it works', async (status) => {
  const { receiver, collector, pushed, drained } = await startRoad({
    script: [...Array<Step>(4).fill({ status }), {}],
  });
  await pushed('a 1\na2 2\n');
  await drained();
  expect(receiver.requests.length).toBe(5);
  for (const { decoded } of receiver.requests) expect(decoded).toEqual(receiver.requests[0]!.decoded);
  const attempts = receiver.requests.map(({ headers }) => new Map(headers).get('retry-attempt'));
  expect(attempts).toEqual([undefined, '1', '2', '3', '4']);
  const text = await collector.metrics();
  expect(metricValue(text, 'sluice_samples_sent_total{backend="primary"}')).toBe(2);
  const retried = `sluice_samples_retried_total{backend="primary",reason="status_${status}"}`;
  expect(metricValue(text, retried)).toBe(8);
  expect(text).not.toMatch(/^sluice_samples_dropped_total\{.*\} [^0]/m);
});

test('a backend that stays at 503 is retried, and pushes are accepted until it recovers', async () => {
  const { receiver, pushed } = await startRoad({ script: [{ status: 503 }] });
  await pushed('a 1\n');
  await waitUntil(() => receiver.requests.length >= 30, 'thirty attempts');
  await pushed('b 2\n');
});

test('429 is retried, and later pushes wait for it', async () => {
  const { receiver, pushed, delivered } = await startRoad({ script: [{ status: 429 }, { status: 429 }, {}] });
  await pushed('a 1\n');
  await waitUntil(() => receiver.requests.length > 0, 'the first attempt');
  await pushed('b 2\n');
  expect(await delivered(2)).toEqual(['a{instance="i1",job="test"} 1', 'b{instance="i1",job="test"} 2']);
  expect(receiver.requests.map(({ step }) => step.status ?? 204)).toEqual([429, 429, 204, 204]);
});

test('the text of a refusal is unchanged in one log record', async () => {
  const body = "Error: Invalid label name '__invalid__'";
  const { collector } = await answered({ status: 400, body }, 'a 1\n');
  const records = collector.log.lines.filter((line) => line.includes('__invalid__'));
  expect(records.length).toBe(1);
  expect(JSON.parse(records[0]!)).toMatchObject({ event: 'blockDropped', detail: body });
});

test('at most 1024 bytes of a refusal are logged', async () => {
  const { collector } = await answered({ status: 400, body: 'x'.repeat(1024 * 1024) }, 'a 1\n');
  const [record] = collector.log.lines.filter((line) => line.includes('blockDropped'));
  expect(JSON.parse(record!).detail).toBe('x'.repeat(1024));
});

test('a refusal cannot fake a log record', async () => {
  const body = Buffer.from('no\n{"level":"info","event":"listening"}\r\u001b[2J\u2028\xff', 'latin1');
  const { collector } = await answered({ status: 400, body }, 'a 1\n');
  const fakes = collector.log.lines.filter((line) => JSON.parse(line).event === 'listening');
  expect(fakes.length).toBe(1);
  const records = collector.log.lines.filter((line) => line.includes('blockDropped'));
  expect(records.length).toBe(1);
  expect(records[0]).toMatch(/^\P{Cc}*\n$/u);
});
