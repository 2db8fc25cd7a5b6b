// Events one after the other, whatever becomes of the connection that they come by.

import { expect, it } from 'vitest';
import { handleEvents } from '../../src/lambda/event-loop.ts';
import { ApiRefusal, type ExtensionEvent } from '../../src/lambda/extensions-api.ts';
import type { Clock } from '../../src/telemetry/clock.ts';

const INVOKE: ExtensionEvent = { kind: 'invoke', requestId: 'a', deadlineMs: 1 };
const SHUTDOWN: ExtensionEvent = { kind: 'shutdown', reason: 'SPINDOWN', deadlineMs: 1 };
/** Every wait is over at once. */
const HASTY: Clock = {
  nowMs: () => 0,
  monotonicMs: () => 0,
  setTimer: (fn) => {
    queueMicrotask(fn);
    return { cancel: () => {} };
  },
};

/** What happens, in order. */
async function run(script: readonly (ExtensionEvent | Error)[]): Promise<string[]> {
  const seen: string[] = [];
  const answers = [...script];
  const next = async () => {
    const answer = answers.shift()!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const handler = {
    idle: () => seen.push('idle'),
    invoked: async () => void seen.push('invoked'),
    shutDown: async () => void seen.push('shut down'),
  };
  const fault = (error: unknown) => seen.push((error as Error).message);
  const idle = () => void handler.idle();
  await handleEvents({ api: { next }, handler: { ...handler, idle }, clock: HASTY, fault }).catch((error) =>
    seen.push(`rejects: ${error.message}`),
  );
  return seen;
}

const RESET = new Error('socket hang up');

it('ends if Lambda refuses to send events', async () => {
  const refusal = new ApiRefusal('get the next event', {
    status: 403,
    headers: {},
    text: '{"errorType":"Extension.UnknownExtensionIdentifier"}',
  });
  expect(await run([refusal])).toEqual([
    'idle',
    'rejects: Cannot get the next event: expected Lambda to agree, found status 403 {"errorType":"Extension.UnknownExtensionIdentifier"}',
  ]);
});

it('ends when ten connections in a row have broken', async () => {
  const seen = await run(Array(10).fill(RESET));
  expect([seen.length, seen.at(-1)]).toEqual([20, 'rejects: socket hang up']);
});

it('continues after a broken connection, and counts from zero again', async () => {
  const nine = Array(9).fill(RESET);
  const seen = await run([...nine, INVOKE, ...nine, SHUTDOWN]);
  expect(seen.filter((what) => what !== 'idle' && what !== RESET.message)).toEqual(['invoked', 'shut down']);
});

it('hands on one event after the other until a shutdown', async () => {
  expect(await run([INVOKE, INVOKE, SHUTDOWN])).toEqual([
    ...['idle', 'invoked', 'idle', 'invoked', 'idle', 'shut down'],
  ]);
});
