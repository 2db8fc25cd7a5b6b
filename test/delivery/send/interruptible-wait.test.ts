import { expect, test } from 'vitest';
import { InterruptibleWait } from '../../../src/delivery/send/interruptible-wait.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function start() {
  const clock = new FakeClock();
  const abort = new AbortController();
  const waiting = new InterruptibleWait(clock);
  return { clock, abort, waiting, ended: waiting.wait(1000, abort.signal) };
}

test('a wait on an aborted signal ends at once', async () => {
  const clock = new FakeClock();
  await new InterruptibleWait(clock).wait(1000, AbortSignal.abort());
  expect(clock.delays).toEqual([]);
});

const ends: [string, (started: ReturnType<typeof start>) => void][] = [
  ['when its time is over', ({ clock }) => clock.advance(1000)],
  ['when it is cut short', ({ waiting }) => waiting.cutShort()],
  ['when its signal aborts', ({ abort }) => abort.abort()],
];
test.each(ends)('a wait ends %s and leaves no timer', async (_, end) => {
  const started = start();
  end(started);
  await started.ended;
  expect(started.clock.pendingTimers).toBe(0);
});

test('cutting short what is over does nothing', async () => {
  const { clock, waiting, ended } = start();
  clock.advance(1000);
  await ended;
  waiting.cutShort();
  expect(clock.pendingTimers).toBe(0);
});
