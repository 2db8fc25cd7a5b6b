// The acknowledgement levels through the whole road: the answer says what the backends did.
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { metricValue } from '../support/metric-value.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { refusing } from '../support/refusing-backend.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { type RoadOptions, startRoad } from '../support/road-setup.ts';
import { type RunningCollector, startCollector } from '../support/running-collector.ts';
import type { ScriptedReceiver, Step } from '../support/scripted-receiver.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';
import { preferring } from '../support/waiting-intake.ts';

const WAIT = { headers: { prefer: 'wait=10' } };
/** Nothing is sent for its own sake: only a push that waits hurries. */
const LAZY = { queueConfig: { batchSendDeadline: '1h' } };

function shown({ status, headers, text }: HttpAnswer): (string | number | undefined)[] {
  return [status, headers['preference-applied'] as string | undefined, text];
}

/** Pushes with a wait before a backend that plays `script`; returns the answer. */
async function answered(script: readonly Step[], options: RoadOptions = {}, body = 'm 1\n') {
  const road = await startRoad({ ...options, script });
  return { ...road, answer: shown(await road.collector.push(body, WAIT)) };
}

async function counted(collector: RunningCollector, status: number, reason: string): Promise<number> {
  return metricValue(await collector.metrics(), `sluice_pushes_total{status="${status}",reason="${reason}"}`);
}

test('422 has the name and the words of the backend, and how much it did not take', async () => {
  const { collector, answer } = await answered([{ status: 400, body: 'out of bounds' }]);
  const words = 'Cannot deliver push: backend primary refused all its samples (status_400): out of bounds\n';
  expect(answer).toEqual([422, 'wait=10', words]);
  expect(await counted(collector, 422, 'refused')).toBe(1);
  const refused = { event: 'pushRefused', status: 422, reason: 'refused', detail: words.trimEnd() };
  expect(collector.log.entries()).toContainEqual(expect.objectContaining(refused));
});

test('422 for one series of a push: the others are delivered', async () => {
  const script = [refusing((name) => name === 'bad')];
  const { receiver, answer } = await answered(script, {}, 'a 1\nbad 2\nc 3\n');
  expect(answer[0]).toBe(422);
  expect(answer[2]).toMatch(
    /^Cannot deliver push: backend primary refused 1 of its 3 samples and took the others \(status_400\)/,
  );
  expect(receiver.deliveredValues).toEqual([1, 3]);
});

test('502 if the backend refuses access, not the push', async () => {
  const { answer } = await answered([{ status: 302, headers: [['location', '/login']] }]);
  const why = ', because of the credentials, TLS or address that Sluice has for it (redirect): 302 to /login';
  expect(answer).toEqual([
    502,
    'wait=10',
    `Cannot deliver push: backend primary refused all its samples${why}\n`,
  ]);
});

test('503 if the push has become too old', async () => {
  const clock = new FakeClock();
  const config = { push: { pushgateway: { maxWait: '10m' } } };
  const backend = { queueConfig: { sampleAgeLimit: '5s' } };
  const { collector } = await startRoad({ clock, config, backend, script: [{ status: 503 }] });
  let answer: HttpAnswer | undefined;
  void collector.push('m 1\n', { headers: { prefer: 'wait=600' } }).then((received) => {
    answer = received;
  });
  const passTime = () => {
    clock.advance(100);
    return answer !== undefined;
  };
  await waitUntil(passTime, 'an answer');
  const text = 'Cannot deliver push: it was given up: older than sampleAgeLimit\n';
  expect(shown(answer!)).toEqual([503, 'wait=600', text]);
});

test('200 comes when the backend has taken the push, without the batch deadline', async () => {
  const { receiver, collector, answer } = await answered([{}], { backend: LAZY }, 'a 1\nb 2\n');
  expect(answer).toEqual([200, 'wait=10', '']);
  expect(receiver.deliveredValues).toEqual([1, 2]);
  expect(await counted(collector, 200, 'delivered')).toBe(1);
  const text = await collector.metrics();
  expect(metricValue(text, 'sluice_samples_accepted_total')).toBe(2);
  expect(metricValue(text, 'sluice_pushes_waiting')).toBe(0);
});

test('200 comes after retries too', async () => {
  const { receiver, answer } = await answered([{ status: 503 }, { status: 429 }, {}]);
  expect(answer).toEqual([200, 'wait=10', '']);
  expect(receiver.requests).toHaveLength(3);
});

test('200 waits for every required backend, and for no other', async () => {
  const [first, second, spare] = await Promise.all([
    startReceiver(),
    startReceiver([{ status: 503 }, {}]),
    startReceiver([{ status: 503 }]),
  ]);
  const backends = [
    backendFields(first.url(), { name: 'first' }),
    backendFields(second.url(), { name: 'second' }),
    backendFields(spare.url(), { name: 'spare', required: false }),
  ];
  const collector = await startCollector(roadConfig(backends));
  expect(shown(await collector.push('m 1\n', WAIT))).toEqual([200, 'wait=10', '']);
  expect([first, second, spare].map(({ delivered }) => delivered.length)).toEqual([1, 1, 0]);
});

test('202 comes when the time is over, and the push is delivered all the same', async () => {
  const clock = new FakeClock();
  const { receiver, collector, metric } = await startRoad({ clock, script: [{ status: 503 }] });
  const answer = collector.push('m 1\n', { headers: { prefer: 'wait=3' } });
  await waitForValue(
    () => metric('sluice_pushes_waiting'),
    (count) => count === 1,
    'a push that waits',
  );
  clock.advance(3000);
  expect(shown(await answer)).toEqual([202, 'wait=3', '']);
  expect(await metric('sluice_pushes_waiting')).toBe(0);
  receiver.play({});
  await waitForValue(
    async () => {
      clock.advance(1000);
      return receiver.deliveredValues;
    },
    (values) => values.length === 1,
    'the sample',
  );
});

test('respond-async is answered while the backend is down, even if delivered is configured', async () => {
  const config = { push: { pushgateway: { acknowledge: 'delivered' } } };
  const { collector } = await startRoad({ config, script: [{ fault: 'never-answer' }] });
  const answer = await collector.push('m 1\n', { headers: { prefer: 'respond-async' } });
  expect(shown(answer)).toEqual([202, 'respond-async', '']);
});

test('delivered as the configured level is 200 without a header', async () => {
  const config = { push: { pushgateway: { acknowledge: 'delivered' } } };
  const { collector } = await startRoad({ config, backend: LAZY });
  expect(shown(await collector.push('m 1\n'))).toEqual([200, undefined, '']);
});

/** Waits with `count` pushes before a backend that gives no answer until it is let. */
async function startHeld(count: number, shutdownTimeout: string) {
  let letAnswer = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    letAnswer = resolve;
  });
  const receiver: ScriptedReceiver = await startReceiver([{ until }, {}]);
  const collector = await startCollector(roadConfig([backendFields(receiver.url())], { shutdownTimeout }));
  const answers = Array.from({ length: count }, (_, i) => collector.push(`m${i} 1\n`, WAIT));
  const waiting = async () => metricValue(await collector.metrics(), 'sluice_pushes_waiting');
  await waitForValue(waiting, (now) => now === count, 'all pushes to wait');
  return { receiver, collector, answers, letAnswer };
}

test('a stop that delivers in time answers 200 to all that wait', async () => {
  const { receiver, collector, answers, letAnswer } = await startHeld(50, '20s');
  const stopped = collector.stop();
  letAnswer();
  for (const answer of await Promise.all(answers)) expect(shown(answer)).toEqual([200, 'wait=10', '']);
  expect(await stopped).toEqual({ lostSamples: 0 });
  expect(receiver.delivered).toHaveLength(50);
});

test('a stop that does not deliver in time answers 503 to all that wait, before it closes', async () => {
  const { collector, answers } = await startHeld(50, '50ms');
  const stopped = collector.stop();
  const detail = 'Cannot deliver push: it was given up: not delivered before the stop had to end\n';
  for (const answer of await Promise.all(answers)) {
    expect(shown(answer)).toEqual([503, 'wait=10', detail]);
    expect(answer.headers['retry-after']).toBe('5');
  }
  expect(await stopped).toEqual({ lostSamples: 50 });
});

test('a stop answers all that wait on one connection, in order', async () => {
  const { collector, answers } = await startHeld(1, '50ms');
  const connection = await RawConnection.open(collector.address);
  const pushes = Array.from({ length: 100 }, (_, i) => preferring('wait=10', `m${i} 1\n`));
  connection.send(pushes.join(''));
  const waiting = async () => metricValue(await collector.metrics(), 'sluice_pushes_waiting');
  await waitForValue(waiting, (now) => now === 101, 'all pushes to wait');
  const stopped = collector.stop();
  for (const _ of pushes) expect((await connection.answer()).status).toBe(503);
  await connection.closed();
  expect((await answers[0]!).status).toBe(503);
  expect(await stopped).toEqual({ lostSamples: 101 });
});
