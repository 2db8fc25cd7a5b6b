// All pushes that wait: counted, bounded, and called when their time is over, with one timer for each length of wait.
import { expect, test } from 'vitest';
import type { PushEnd } from '../../../src/delivery/block/offered-push.ts';
import type { WaitingPush } from '../../../src/intake/waiting/waiting-push.ts';
import { WaitingPushes } from '../../../src/intake/waiting/waiting-pushes.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const REACHED: PushEnd = { kind: 'reached' };

function setUp({ maxPushes = 1000, hasSpool = false } = {}) {
  const clock = new FakeClock();
  const waiting = new WaitingPushes({ maxPushes, hasSpool }, clock);
  /** In the order in which they ended. */
  const ended: string[] = [];
  const add = (name: string, waitMs: number, level: 'stored' | 'delivered' = 'delivered'): WaitingPush => {
    const push = waiting.open({ level, waitMs, applied: undefined }, 1)!;
    waiting.add(push);
    push.whenOver(({ kind }) => ended.push(`${name} ${kind} at ${clock.monotonicMs()}`));
    return push;
  };
  return { clock, waiting, ended, add };
}

test('a push that waits for nothing has no waiter', () => {
  const { waiting } = setUp();
  expect(waiting.open({ level: 'queued', waitMs: 0, applied: undefined }, 1)).toBeUndefined();
  expect(waiting.count).toBe(0);
});

test('there is room until the bound is reached, and again when one has ended', () => {
  const { waiting, add } = setUp({ maxPushes: 2 });
  const first = add('a', 1000);
  expect(waiting.hasRoom).toBe(true);
  add('b', 1000);
  expect([waiting.hasRoom, waiting.count]).toEqual([false, 2]);
  first.ended(REACHED);
  expect([waiting.hasRoom, waiting.count]).toEqual([true, 1]);
  expect(setUp({ maxPushes: 0 }).waiting.hasRoom).toBe(false);
});

test('pushes that waited as long as they may are reported, and no others', () => {
  const clock = new FakeClock();
  let inVain = 0;
  const onTimeout = () => inVain++;
  const waiting = new WaitingPushes({ maxPushes: 10, hasSpool: false, onTimeout }, clock);
  const [first, second] = [1, 2].map(() => {
    const push = waiting.open({ level: 'delivered', waitMs: 1000, applied: undefined }, 1)!;
    waiting.add(push);
    return push;
  });
  first!.ended(REACHED);
  clock.advance(999);
  expect(inVain).toBe(0);
  clock.advance(1);
  expect(inVain).toBe(1);
  second!.ended(REACHED);
  expect(inVain).toBe(1);
});

test('each ends when its own time is over, not before', () => {
  const { clock, waiting, ended, add } = setUp();
  add('a', 1000);
  clock.advance(400);
  add('b', 1000);
  add('c', 300);
  clock.advance(10_000);
  expect(ended).toEqual(['c accepted at 700', 'a accepted at 1000', 'b accepted at 1400']);
  expect([waiting.count, clock.pendingTimers]).toEqual([0, 0]);
});

test('one that ended is not called again, and the last one takes the timer with it', () => {
  const { clock, waiting, ended, add } = setUp();
  const pushes = ['a', 'b', 'c'].map((name) => add(name, 1000));
  expect(clock.pendingTimers).toBe(1);
  pushes[1]!.ended(REACHED);
  pushes[0]!.ended(REACHED);
  expect([waiting.count, clock.pendingTimers]).toEqual([1, 1]);
  pushes[2]!.ended(REACHED);
  expect([waiting.count, clock.pendingTimers]).toEqual([0, 0]);
  clock.advance(10_000);
  expect(ended).toEqual(['b delivered at 0', 'a delivered at 0', 'c delivered at 0']);
});

test('ten thousand that wait equally long share one timer', () => {
  const { clock, waiting, ended, add } = setUp({ maxPushes: 10_000 });
  const pushes = Array.from({ length: 10_000 }, (_, i) => add(`p${i}`, 1000 * (1 + (i % 10))));
  expect([clock.pendingTimers, waiting.count, waiting.hasRoom]).toEqual([10, 10_000, false]);
  for (const push of pushes.slice(0, 5000)) push.ended(REACHED);
  clock.advance(10_000);
  expect([ended.length, clock.pendingTimers, waiting.count]).toEqual([10_000, 0, 0]);
});

test('one that waits for the disk has no timer, and one whose time is over still counts', () => {
  const { clock, waiting, ended, add } = setUp({ hasSpool: true });
  const stored = add('a', 0, 'stored');
  expect(clock.pendingTimers).toBe(0);
  const delivered = add('b', 1000);
  clock.advance(2000);
  expect([waiting.count, clock.pendingTimers, ended]).toEqual([2, 0, []]);
  delivered.stored();
  stored.stored();
  expect([waiting.count, ended]).toEqual([0, ['b accepted at 2000', 'a accepted at 2000']]);
});

test('at the end of a stop pushes on disk are answered, and no timer is left', () => {
  const { clock, waiting, ended, add } = setUp({ hasSpool: true });
  const pushes = [add('a', 1000), add('b', 2000), add('c', 0, 'stored')];
  pushes[0]!.stored();
  waiting.leaveToSpool();
  expect([ended, clock.pendingTimers, waiting.count]).toEqual([['a accepted at 0'], 0, 2]);
  pushes[2]!.ended({ kind: 'notStored', detail: 'EIO' });
  expect(ended).toEqual(['a accepted at 0', 'c notStored at 0']);
});

test('without a spool the end of a stop does not report a push as kept', () => {
  const { clock, waiting, ended, add } = setUp();
  const push = add('a', 1000);
  waiting.leaveToSpool();
  expect([ended, clock.pendingTimers]).toEqual([[], 0]);
  push.ended({ kind: 'givenUp', reason: 'shutdown', detail: '', isOurFault: false });
  expect(ended).toEqual(['a stopping at 0']);
});
