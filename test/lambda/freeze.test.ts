// The environment is frozen between invocations: programs stop, clocks continue, and data in transit is lost.
import { expect, it } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { CuttableLink } from '../support/lambda/cuttable-link.ts';
import { startLambda } from '../support/lambda/lambda-setup.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Long enough for timers to be late. */
const FREEZE_MS = 1500;

async function startBehindLink(env: Readonly<Record<string, string>> = {}) {
  const receiver = await startReceiver([{}], { allowsRepeats: true });
  const link = await CuttableLink.start(receiver.port);
  const setup = await startLambda({ env: { REMOTE_WRITE_URL: link.url(), ...env } });
  return { ...setup, receiver, link };
}

it('a connection that was cut during the freeze loses no push', async () => {
  const { receiver, link, environment, invoke } = await startBehindLink();
  for (const n of [1, 2, 3]) {
    expect((await invoke([n])).statuses).toEqual([200]);
    await environment.freeze();
    link.cut();
    environment.thaw();
  }
  expect(receiver.deliveredValues).toEqual([1, 2, 3]);
});

it('a connection that died without a sign is replaced after a long pause', async () => {
  const { receiver, link, environment, invoke } = await startBehindLink({
    SLUICE_LAMBDA_RECONNECT_AFTER: '300ms',
  });
  await invoke([1]);
  await environment.freeze();
  link.swallow();
  await sleep(FREEZE_MS);
  environment.thaw();
  expect((await invoke([2])).statuses).toEqual([200]);
  expect([receiver.deliveredValues, link.connections]).toEqual([[1, 2], 2]);
  // A slow machine may have taken as long for its start too, when there were none yet.
  const pauses = () => environment.logs('connectionsRenewed').map(({ pausedMs }) => Number(pausedMs));
  await environment.until(() => pauses().some((ms) => ms > FREEZE_MS - 100), 'the log of the long pause');
});

it('connections are kept from one invocation to the next if no long pause was between them', async () => {
  const { link, environment, invoke } = await startBehindLink({ SLUICE_LAMBDA_RECONNECT_AFTER: '10m' });
  for (const n of [1, 2, 3]) {
    await invoke([n]);
    await environment.freeze();
    environment.thaw();
  }
  expect(link.connections).toBe(1);
});

it('a request that was in flight at the freeze is sent again over a new connection', async () => {
  const { receiver, link, environment, invoke } = await startBehindLink({
    MAX_WAIT: '100ms',
    SLUICE_LAMBDA_FLUSH_TIMEOUT: '100ms',
    SLUICE_LAMBDA_RECONNECT_AFTER: '300ms',
  });
  receiver.play({ fault: 'never-answer' }, {});
  expect((await invoke([1])).statuses).toEqual([202]);
  await environment.freeze();
  link.swallow();
  await sleep(FREEZE_MS);
  environment.thaw();
  // Without a new connection the first request would go on for remoteTimeout, and all others would wait for it.
  await invoke([2]);
  await waitUntil(() => receiver.deliveredValues.length === 2, 'both samples');
  expect(receiver.deliveredValues).toEqual([1, 2]);
});

it('an answer that came during the freeze is read, and its request not sent again', async () => {
  let answer = () => {};
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { receiver, environment, invoke } = await startLambda({
    script: [{ until }, {}],
    env: { MAX_WAIT: '100ms', SLUICE_LAMBDA_FLUSH_TIMEOUT: '100ms', SLUICE_LAMBDA_RECONNECT_AFTER: '300ms' },
  });
  expect((await invoke([1])).statuses).toEqual([202]);
  await environment.freeze();
  answer();
  await sleep(FREEZE_MS);
  environment.thaw();
  await invoke([2]);
  await invoke([]);
  await waitUntil(() => receiver.deliveredValues.length === 2, 'both samples');
  expect([receiver.requests.length, receiver.deliveredValues]).toEqual([2, [1, 2]]);
});

it('timers that are due all at once make no burst of requests', async () => {
  const { receiver, environment, invoke, lambda } = await startLambda({
    script: [{ status: 503 }],
    env: { MAX_WAIT: '100ms', SLUICE_LAMBDA_FLUSH_TIMEOUT: '100ms', SLUICE_LAMBDA_RECONNECT_AFTER: '300ms' },
  });
  const parallel = Array.from({ length: 40 }, (_, n) => ({ body: `m ${n}\n`, job: `job${n}` }));
  await invoke([], { payload: { parallel } });
  await environment.freeze();
  receiver.play({ status: 503, headers: [['Retry-After', '60']] });
  const before = receiver.started;
  await sleep(FREEZE_MS);
  environment.thaw();
  await lambda.invoke();
  // Each of the four lanes has one request under way, whatever its timers; the first answer holds back all of them.
  expect(receiver.started - before).toBeLessThanOrEqual(8);
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
