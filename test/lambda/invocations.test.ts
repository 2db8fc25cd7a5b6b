// A function pushes to the extension, and Lambda freezes both as soon as it may: everything is at the backend before that.
import { describe, expect, it } from 'vitest';
import { doneOf, startOf } from '../support/lambda/fake-lambda.ts';
import type { LambdaEnvironment } from '../support/lambda/lambda-environment.ts';
import { startLambda } from '../support/lambda/lambda-setup.ts';
import { waitUntil } from '../support/wait-until.ts';

const ASYNC = { prefer: 'respond-async' };

/** How at least `count` invocations have ended, in order. */
async function endings(environment: LambdaEnvironment, count: number): Promise<unknown[]> {
  return (await environment.logged('invocationEnded', count)).map(({ ending }) => ending);
}

describe('an invocation', () => {
  it('is not over before its pushes are delivered and answered with 200', async () => {
    const { receiver, invoke } = await startLambda();
    const expected: number[] = [];
    for (let n = 1; n <= 5; n++) {
      expect((await invoke([n, n + 0.5])).statuses).toEqual([200, 200]);
      expected.push(n, n + 0.5);
      expect(receiver.deliveredValues).toEqual(expected);
    }
  });

  it('is not over before pushes that did not wait for their delivery are delivered', async () => {
    const { receiver, invoke } = await startLambda();
    for (const n of [1, 2, 3]) {
      const { statuses } = await invoke([n], { headers: ASYNC });
      expect([statuses, receiver.deliveredValues.at(-1)]).toEqual([[202], n]);
    }
  });

  it('is over only when twenty parallel pushes are delivered', async () => {
    const { receiver, lambda } = await startLambda();
    const parallel = Array.from({ length: 20 }, (_, n) => ({ body: `m ${n}\n`, job: `job${n}` }));
    const { response } = await lambda.invoke({ payload: { parallel } });
    expect(response).toEqual(parallel.map(() => expect.objectContaining({ status: 200 })));
    expect(receiver.deliveredValues.toSorted((a, b) => a - b)).toEqual(parallel.map((_, n) => n));
  });

  it('waits for a backend that is slow, and for nothing longer than that', async () => {
    let answer = () => {};
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { receiver, lambda, invoke } = await startLambda({ script: [{ until }] });
    const invoked = invoke([1], { headers: ASYNC });
    await expect.poll(() => receiver.started, { timeout: 60_000 }).toBe(1);
    const { extensionNexts } = lambda;
    answer();
    await invoked;
    expect([lambda.extensionNexts - extensionNexts, receiver.deliveredValues]).toEqual([1, [1]]);
  });

  it('without a push makes no request', async () => {
    const { receiver, invoke } = await startLambda();
    await invoke([]);
    await invoke([]);
    expect(receiver.started).toBe(0);
  });

  it('is not over by the word about an earlier try of the same request', async () => {
    const { receiver, invoke } = await startLambda();
    const requestId = '6f7f0961-83b8-4b02-9b7f-2b7d8d4d5f9f';
    for (const n of [1, 2]) await invoke([n], { headers: ASYNC, requestId });
    expect(receiver.deliveredValues).toEqual([1, 2]);
  });
});

describe('telemetry', () => {
  // Without telemetry a handler that is slow to push looks like one that is done, so a delivery may come after the invocation.
  it('that Lambda does not offer is replaced by a pause between pushes', async () => {
    const { receiver, environment, invoke } = await startLambda({ telemetry: 'unsupported' });
    expect(await environment.logged('extensionWithoutTelemetry')).toEqual([
      expect.objectContaining({ reason: 'this environment does not offer it' }),
    ]);
    for (const n of [1, 2]) expect((await invoke([n], { headers: ASYNC })).statuses).toEqual([202]);
    await waitUntil(() => receiver.deliveredValues.length === 2, 'both samples');
    expect(receiver.deliveredValues).toEqual([1, 2]);
  });

  it('that Lambda refuses is replaced in the same way', async () => {
    const { receiver, environment, invoke } = await startLambda({ telemetry: 'refused' });
    expect((await environment.logged('extensionWithoutTelemetry'))[0]?.reason).toBe(
      'Cannot subscribe to telemetry: expected Lambda to agree, found status 400 {"errorMessage":"the subscription is not valid","errorType":"ValidationError"}',
    );
    await invoke([1]);
    await waitUntil(() => receiver.deliveredValues.length === 1, 'the sample');
  });

  it('that is turned off is not asked for', async () => {
    const { lambda, receiver, invoke } = await startLambda({
      env: { SLUICE_LAMBDA_TELEMETRY_ADDRESS: 'off' },
    });
    await invoke([1]);
    await waitUntil(() => receiver.deliveredValues.length === 1, 'the sample');
    expect([lambda.subscription, receiver.deliveredValues]).toEqual([undefined, [1]]);
  });

  it('that never comes, though it was promised, does not hold up an invocation to its deadline', async () => {
    const { receiver, invoke } = await startLambda();
    const telemetry = { start: undefined, done: undefined };
    const { heldMs } = await invoke([1], { telemetry, timeoutMs: 60_000 });
    expect(heldMs).toBeLessThan(30_000);
    await waitUntil(() => receiver.deliveredValues.length === 1, 'the sample');
  });

  it('that keeps the end back holds up one invocation until shortly before its deadline, and no other', async () => {
    const { environment, invoke } = await startLambda();
    const telemetry = { done: undefined };
    await invoke([1], { telemetry, timeoutMs: 3000 });
    const { heldMs } = await invoke([2], { telemetry, timeoutMs: 60_000 });
    expect(heldMs).toBeLessThan(30_000);
    await invoke([3]);
    expect((await endings(environment, 2)).slice(0, 2)).toEqual(['deadline', 'quiet']);
  });

  const isPassedOver = (what: string, telemetry: { start?: unknown; done?: unknown }) =>
    it(`${what} is passed over`, async () => {
      const { receiver, lambda, environment, invoke } = await startLambda();
      await lambda.send(telemetry.start);
      await invoke([1], { headers: ASYNC });
      await lambda.send(telemetry.done);
      await invoke([2], { headers: ASYNC });
      expect(receiver.deliveredValues).toEqual([1, 2]);
      expect(await endings(environment, 2)).toEqual(['done', 'done']);
    });
  isPassedOver('that is no JSON', { start: '{', done: 'nonsense' });
  isPassedOver('of another shape', { start: { type: 'platform.start' }, done: [null, 7, { record: [] }] });
  isPassedOver('about other invocations', { start: [doneOf('another')], done: [startOf('a'), doneOf('b')] });
  isPassedOver('that is far too long', { start: ' '.repeat(2_000_000), done: [doneOf('x'.repeat(600_000))] });

  it('that comes twice, or with the next invocation, counts once', async () => {
    const { receiver, lambda, invoke } = await startLambda();
    const first = '00000000-0000-4000-8000-000000000001';
    await invoke([1], {
      headers: ASYNC,
      requestId: first,
      telemetry: { start: [startOf(first), startOf(first)], done: [doneOf(first), doneOf(first)] },
    });
    const second = '00000000-0000-4000-8000-000000000002';
    await invoke([2], {
      headers: ASYNC,
      requestId: second,
      telemetry: { start: [doneOf(first), startOf(second)], done: [doneOf(second)] },
    });
    expect([lambda.extensionNexts, receiver.deliveredValues]).toEqual([3, [1, 2]]);
  });
});

describe('if invocations run at the same time', () => {
  it('the extension asks for the shutdown only, and sends as it does everywhere', async () => {
    const { receiver, lambda, environment } = await startLambda({
      isManaged: true,
      env: { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' },
    });
    expect([lambda.registered?.events, lambda.subscription]).toEqual([['SHUTDOWN'], undefined]);
    const { response } = await lambda.begin({ payload: { pushes: [{ body: 'm 1\n' }] } });
    expect(response).toEqual([expect.objectContaining({ status: 202 })]);
    await expect.poll(() => receiver.deliveredValues, { timeout: 60_000 }).toEqual([1]);
    lambda.shutDown();
    expect(await environment.ended()).toBe(0);
  });
});
