import { describe, expect, test } from 'vitest';
import { onAbort, pause, unlessAborted, untilDone } from '../../src/telemetry/wait.ts';
import { FakeClock } from '../support/fake-clock.ts';

function counted() {
  const abort = new AbortController();
  let calls = 0;
  const stopListening = onAbort(abort.signal, () => calls++);
  return { abort, stopListening, calls: () => calls };
}

describe('what is to happen on abort', () => {
  test('happens at once if the signal has aborted already', () => {
    let calls = 0;
    onAbort(AbortSignal.abort(), () => calls++)();
    expect(calls).toBe(1);
  });

  test('happens once when the signal aborts', () => {
    const { abort, calls } = counted();
    expect(calls()).toBe(0);
    abort.abort();
    abort.abort();
    expect(calls()).toBe(1);
  });

  test('does not happen after the last listener is removed', () => {
    const { abort, stopListening, calls } = counted();
    stopListening();
    abort.abort();
    expect(calls()).toBe(0);
  });
});

function start() {
  const clock = new FakeClock();
  const abort = new AbortController();
  let cutShort = (): void => undefined;
  let cleanUps = 0;
  const ended = untilDone(abort.signal, (done) => {
    const timer = clock.setTimer(done, 1000);
    cutShort = done;
    return () => {
      cleanUps++;
      timer.cancel();
    };
  });
  return { clock, abort, ended, cutShort, cleanUps: () => cleanUps };
}

describe('a wait', () => {
  test('ends at once on an aborted signal, and starts no timer', async () => {
    const clock = new FakeClock();
    await pause(clock, 1000, AbortSignal.abort());
    expect(clock.delays).toEqual([]);
  });

  const ends: [string, (started: ReturnType<typeof start>) => void][] = [
    ['when its time is over', ({ clock }) => clock.advance(1000)],
    ['when it is cut short', ({ cutShort }) => cutShort()],
    ['when its signal aborts', ({ abort }) => abort.abort()],
  ];
  test.each(ends)('ends %s and leaves no timer', async (_, end) => {
    const started = start();
    end(started);
    await started.ended;
    expect([started.clock.pendingTimers, started.cleanUps()]).toEqual([0, 1]);
  });

  test('that is over does not change when it is cut short', async () => {
    const { clock, cutShort, ended } = start();
    clock.advance(1000);
    await ended;
    cutShort();
    expect(clock.pendingTimers).toBe(0);
  });

  test('of a time ends when that is over, or when its signal aborts', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const whole = pause(clock, 1000, new AbortController().signal);
    const aborted = pause(clock, 5000, abort.signal);
    clock.advance(1000);
    await whole;
    expect(clock.pendingTimers).toBe(1);
    abort.abort();
    await aborted;
    expect(clock.pendingTimers).toBe(0);
  });
});

test('a wait that is aborted while it begins ends, and cleans up', async () => {
  const abort = new AbortController();
  let cleaned = 0;
  await untilDone(abort.signal, () => {
    abort.abort();
    return () => {
      cleaned++;
    };
  });
  expect(cleaned).toBe(1);
});

describe('a promise with a signal', () => {
  test('keeps its value or its error as long as the signal does not abort', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(5), signal)).toBe(5);
    await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  test('rejects with the reason of the signal, also if that has aborted already', async () => {
    const abort = new AbortController();
    const never = unlessAborted(new Promise(() => undefined), abort.signal);
    abort.abort(new Error('stop'));
    await expect(never).rejects.toThrow('stop');
    await expect(unlessAborted(new Promise(() => undefined), abort.signal)).rejects.toThrow('stop');
  });
});
