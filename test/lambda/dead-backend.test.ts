// A backend that takes nothing costs the function its bounded waits and nothing else: pushes are answered, invocations end,
// and what was taken goes with a later invocation. What is not bounded would wait until the deadline, a minute away.

import { describe, expect, it } from 'vitest';
import { startLambda } from '../support/lambda/lambda-setup.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { waitForValue } from '../support/wait-for-value.ts';

const IMPATIENT = { MAX_WAIT: '200ms', SLUICE_LAMBDA_FLUSH_TIMEOUT: '400ms' };
const MINUTE = { timeoutMs: 60_000 };
/** Far above the bounds, far below the deadline. */
const SOON_MS = 30_000;

describe('a backend that', () => {
  const holdsUpNobody = (what: string, step: Step) =>
    it(`${what} delays no invocation, and gets everything once it is back`, async () => {
      const { receiver, environment, invoke } = await startLambda({
        script: [step],
        env: IMPATIENT,
        allowsRepeats: true,
      });
      for (const n of [1, 2, 3]) {
        const { statuses, pushes, heldMs } = await invoke([n, n + 0.5], MINUTE);
        expect(statuses).toEqual([202, 202]);
        for (const { ms } of pushes) expect(ms).toBeLessThan(SOON_MS);
        expect(heldMs).toBeLessThan(SOON_MS);
      }
      await environment.logged('invocationEndedUndelivered', 3);
      receiver.play({});
      // It may take some invocations: what hangs is not given up for a new one.
      for (let n = 4; receiver.deliveredValues.length < 6 && n < 40; n++) await invoke([], MINUTE);
      expect(receiver.deliveredValues).toEqual([1, 1.5, 2, 2.5, 3, 3.5]);
      // Pushes wait for their delivery again, and it comes within the wait unless the machine is slow.
      await waitForValue(
        async () => (await invoke([9], MINUTE)).statuses,
        ([status]) => status === 200,
        'a push that waits for its delivery',
      );
    });
  holdsUpNobody('answers 503', { status: 503 });
  holdsUpNobody('answers 429 with Retry-After: 1', { status: 429, headers: [['Retry-After', '1']] });
  holdsUpNobody('refuses our credentials', { status: 401 });
  holdsUpNobody('resets connections', { fault: 'reset-after-request' });
});

it('a backend that never answers delays no invocation', async () => {
  const { invoke } = await startLambda({ script: [{ fault: 'never-answer' }], env: IMPATIENT });
  for (const n of [1, 2, 3]) {
    const { statuses, heldMs } = await invoke([n], MINUTE);
    expect(statuses).toEqual([202]);
    expect(heldMs).toBeLessThan(SOON_MS);
  }
});

it('an unreachable backend delays no invocation', async () => {
  const { receiver, invoke } = await startLambda({ env: IMPATIENT });
  await receiver.close();
  for (const n of [1, 2]) {
    const { statuses, heldMs } = await invoke([n], MINUTE);
    expect(statuses).toEqual([202]);
    expect(heldMs).toBeLessThan(SOON_MS);
  }
});

it('one push waits until its time is over for a backend that is away, and those after it do not wait', async () => {
  const { environment, invoke } = await startLambda({
    script: [{ fault: 'never-answer' }],
    env: { MAX_WAIT: '3s', SLUICE_LAMBDA_FLUSH_TIMEOUT: '100ms' },
  });
  await invoke([1, 2, 3, 4, 5], MINUTE);
  const waits = (await environment.logged('pushAccepted', 5)).map(({ durationMs }) => Number(durationMs));
  expect([waits.length, waits.filter((ms) => ms >= 2990).length]).toEqual([5, 1]);
});

it('pushes wait for their delivery again once a backend is back that takes longer than a flush may', async () => {
  const { receiver, environment, invoke } = await startLambda({
    env: { MAX_WAIT: '20s', SLUICE_LAMBDA_FLUSH_TIMEOUT: '1ms' },
  });
  for (let n = 1; n <= 7; n++) {
    const { promise: until, resolve: answer } = Promise.withResolvers<void>();
    receiver.play({ until });
    expect((await invoke([n], { ...MINUTE, headers: { prefer: 'respond-async' } })).statuses).toEqual([202]);
    answer();
    await environment.logged('blockSent', n);
  }
  receiver.play({});
  expect((await invoke([8], MINUTE)).statuses).toEqual([200]);
});

it('no push waits beyond what its handler has left', async () => {
  const { invoke } = await startLambda({
    script: [{ fault: 'never-answer' }],
    env: { MAX_WAIT: '1m', SLUICE_LAMBDA_FLUSH_TIMEOUT: '1m' },
  });
  const { statuses, pushes, heldMs } = await invoke([1], { timeoutMs: 3000 });
  expect(statuses).toEqual([202]);
  expect(pushes[0]!.ms).toBeLessThan(SOON_MS);
  expect(heldMs).toBeLessThan(SOON_MS);
});

it('what does not fit the queue any more is refused with 503, and the function continues', async () => {
  const { lambda, invoke } = await startLambda({
    script: [{ status: 503 }],
    env: {
      ...IMPATIENT,
      SLUICE_CONFIG: JSON.stringify({
        listenAddress: '127.0.0.1:0',
        logging: { level: 'info' },
        remoteWrite: [{ url: 'http://127.0.0.1:1/', queueConfig: { maxQueueSize: '1MiB', shards: 1 } }],
      }),
      REMOTE_WRITE_URL: '',
    },
  });
  const body = Array.from({ length: 8000 }, (_, n) => `some_long_metric_name_${n} ${n}\n`).join('');
  const pushes = Array.from({ length: 20 }, () => ({ body, headers: { prefer: 'respond-async' } }));
  const { statuses } = await invoke([], { ...MINUTE, payload: { pushes } });
  expect([statuses[0], statuses.at(-1)]).toEqual([202, 503]);
  expect(lambda.isIdle).toBe(true);
});
