// When a handler counts as done, tested with a fake clock.

import { expect, it } from 'vitest';
import { InvocationEnd, type InvocationEnding } from '../../src/lambda/invocation-end.ts';
import { InvocationTelemetry } from '../../src/lambda/telemetry.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ID = 'this';

function setup({ expects = true } = {}) {
  const clock = new FakeClock();
  const telemetry = new InvocationTelemetry();
  const requests = { open: 0, seen: 0 };
  let flushes = 0;
  const flush = () => Promise.resolve(++flushes);
  const end = new InvocationEnd({ clock, telemetry, flush, requests: () => ({ ...requests }) });
  if (expects) end.expectTelemetry();
  let ending: InvocationEnding | undefined;
  const wait = (id = ID, withinMs = 10_000) => {
    ending = undefined;
    telemetry.forget();
    void end.wait(id, withinMs).then((found) => {
      ending = found;
    });
  };
  const hear = (kind: 'started' | 'done', requestId = ID) => telemetry.hear([{ kind, requestId }]);
  /** In small steps, with time for what follows from each. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      await settle();
      clock.advance(10);
    }
    await settle();
    return ending;
  };
  return { clock, requests, wait, hear, pass, flushes: () => flushes };
}

/** Everything that only waits for promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

it('is when telemetry says so', async () => {
  const { clock, wait, hear, pass, flushes } = setup();
  wait();
  hear('started');
  expect(await pass(5000)).toBeUndefined();
  hear('done');
  expect(await pass(0)).toBe('done');
  expect([flushes(), clock.pendingTimers]).toEqual([0, 0]);
});

it('is also when telemetry has said so before anybody waited', async () => {
  const { wait, hear, pass } = setup();
  wait();
  hear('done');
  hear('started');
  expect(await pass(0)).toBe('done');
});

it('is not when telemetry speaks of another invocation', async () => {
  const { wait, hear, pass } = setup();
  wait();
  hear('started');
  hear('done', 'another');
  expect(await pass(9000)).toBeUndefined();
});

it('is not by a word from before the next event was asked for', async () => {
  const { wait, hear, pass } = setup();
  hear('done');
  wait();
  hear('started');
  expect(await pass(9000)).toBeUndefined();
});

it('is at the deadline at the latest', async () => {
  const { clock, wait, hear, pass } = setup();
  wait(ID, 3000);
  hear('started');
  expect(await pass(2990)).toBeUndefined();
  expect(await pass(10)).toBe('deadline');
  expect(clock.pendingTimers).toBe(0);
});

it('is at a pause if telemetry says nothing for a second', async () => {
  const { clock, wait, pass, flushes } = setup();
  wait();
  expect(await pass(1000)).toBeUndefined();
  expect(await pass(200)).toBe('quiet');
  expect([flushes(), clock.pendingTimers]).toEqual([1, 0]);
});

it('is at a pause at once if telemetry said nothing of the invocation before', async () => {
  const { wait, pass } = setup();
  wait();
  await pass(1200);
  wait('next');
  expect(await pass(110)).toBe('quiet');
});

it('comes from telemetry again as soon as there is some', async () => {
  const { wait, hear, pass } = setup({ expects: false });
  wait();
  hear('started');
  expect(await pass(5000)).toBeUndefined();
  hear('done');
  expect(await pass(0)).toBe('done');
});

it('is at a pause only if no request is open and none has come during it', async () => {
  const { requests, wait, pass } = setup({ expects: false });
  requests.open = 1;
  wait();
  expect(await pass(1000)).toBeUndefined();
  requests.open = 0;
  for (let n = 0; n < 20; n++) {
    requests.seen++;
    expect(await pass(50)).toBeUndefined();
  }
  expect(await pass(250)).toBe('quiet');
});

it('is at a pause after an invocation whose end was not reported, until one is reported in time', async () => {
  const { wait, hear, pass } = setup();
  wait('first', 2000);
  hear('started', 'first');
  expect(await pass(2000)).toBe('deadline');
  wait('second');
  hear('started', 'second');
  expect(await pass(150)).toBe('quiet');
  wait('third');
  hear('started', 'third');
  hear('done', 'third');
  expect(await pass(0)).toBe('done');
  wait('fourth');
  hear('started', 'fourth');
  expect(await pass(5000)).toBeUndefined();
});

it('comes from telemetry if the end of the invocation before came after its deadline', async () => {
  const { wait, hear, pass } = setup();
  wait('first', 2000);
  hear('started', 'first');
  await pass(2000);
  wait('second');
  hear('done', 'first');
  await pass(0);
  await pass(200);
  wait('third');
  hear('started', 'third');
  expect(await pass(5000)).toBeUndefined();
});
