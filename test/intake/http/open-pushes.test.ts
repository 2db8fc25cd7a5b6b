// Pushes that are received whole but not answered yet: a stop waits for their answers.
import { expect, test } from 'vitest';
import { OpenPushes } from '../../../src/intake/http/open-requests.ts';
import type { PushOutcome } from '../../../src/intake/outcome/push-outcome.ts';
import { startListener } from '../../support/bare-listener.ts';
import { sendPush } from '../../support/http-client.ts';
import { waitUntil } from '../../support/wait-until.ts';

const NEVER = new AbortController().signal;

/** A listener whose service takes its time with every push. */
async function startSlowly() {
  const openPushes = new OpenPushes();
  const waiting: ((outcome: PushOutcome) => void)[] = [];
  const accept = () => new Promise<PushOutcome>((resolve) => waiting.push(resolve));
  const { address, listener } = await startListener({ openPushes, accept });
  const push = async () => (await sendPush(address, 'm 1\n')).status;
  return { openPushes, waiting, listener, push };
}

test('a stop waits for nothing if no push is open, also after pushes that were answered at once', async () => {
  const openPushes = new OpenPushes();
  await openPushes.answered(NEVER);
  const { address } = await startListener({ openPushes });
  expect((await sendPush(address, 'm 1\n')).status).toBe(202);
  await openPushes.answered(NEVER);
});

test('a stop that has waited closes no connection before its answer', async () => {
  const { openPushes, waiting, listener, push } = await startSlowly();
  const statuses = [push(), push(), push()];
  await waitUntil(() => waiting.length === 3, 'three pushes that are being handled');
  let isOver = false;
  const stopped = openPushes.answered(NEVER).then(async () => {
    isOver = true;
    await listener.close();
  });
  waiting[0]!({ kind: 'accepted', sampleCount: 1 });
  expect(await Promise.race(statuses)).toBe(202);
  expect(isOver).toBe(false);
  for (const answer of waiting.slice(1))
    answer({ kind: 'stopping', detail: 'Cannot take push: Sluice is stopping' });
  await stopped;
  expect((await Promise.all(statuses)).sort()).toEqual([202, 503, 503]);
});

test('a stop waits no longer than its deadline', async () => {
  const { openPushes, waiting, push } = await startSlowly();
  const status = push();
  await waitUntil(() => waiting.length === 1, 'a push that is being handled');
  await openPushes.answered(AbortSignal.abort());
  const deadline = new AbortController();
  const stopped = openPushes.answered(deadline.signal);
  deadline.abort();
  await stopped;
  waiting[0]!({ kind: 'accepted', sampleCount: 1 });
  expect(await status).toBe(202);
});
