// When a flush of one lane ends, whatever comes after it, and whatever rules remove from pushes that waited in the log.
import { expect, test } from 'vitest';
import { LaneProgress } from '../../../src/delivery/lanes/lane-progress.ts';

/** A lane whose unsettled samples the test sets. */
function start() {
  const lane = { waiting: 0 };
  const progress = new LaneProgress(() => lane.waiting);
  const take = (samples: number, position?: number) => {
    lane.waiting += samples;
    progress.take(samples, position);
  };
  const settle = (samples: number) => {
    lane.waiting -= samples;
    progress.advance();
  };
  /** A push of the backlog is read, and rules remove some of its samples. */
  const read = (position: number, removed: number) => {
    lane.waiting -= removed;
    progress.shrink(position, removed);
  };
  const flush = (signal = new AbortController().signal) => {
    const ended: number[] = [];
    void progress.settled(signal).then((remaining) => ended.push(remaining));
    return ended;
  };
  return { progress, take, settle, read, flush };
}

const microtasks = () => new Promise((resolve) => setImmediate(resolve));

test('a flush ends when what came before it is settled, not what came after', async () => {
  const { take, settle, flush, progress } = start();
  take(3);
  const ended = flush();
  take(4);
  settle(2);
  await microtasks();
  expect([ended, progress.isAwaited]).toEqual([[], true]);
  settle(1);
  await microtasks();
  expect([ended, progress.isAwaited]).toEqual([[0], false]);
});

test('a flush that is aborted says how many samples still wait', async () => {
  const { take, settle, flush } = start();
  const aborted = new AbortController();
  take(5);
  const ended = flush(aborted.signal);
  settle(2);
  take(9);
  aborted.abort();
  await microtasks();
  expect(ended).toEqual([3]);
});

test('a later push that rules shrink does not end a flush', async () => {
  const { take, settle, read, flush } = start();
  take(3, 100);
  const ended = flush();
  take(10, 200);
  read(200, 10);
  settle(1);
  await microtasks();
  expect(ended).toEqual([]);
  settle(2);
  await microtasks();
  expect(ended).toEqual([0]);
});

test('an earlier push that rules shrink does not hold up a flush', async () => {
  const { take, settle, read, flush } = start();
  take(10, 100);
  const ended = flush();
  take(2, 200);
  read(100, 7);
  settle(3);
  await microtasks();
  expect(ended).toEqual([0]);
});

test('an earlier push that loses all its samples ends a flush with the next thing that is settled', async () => {
  const { take, settle, read, flush } = start();
  take(10, 100);
  const ended = flush();
  read(100, 10);
  settle(0);
  await microtasks();
  expect(ended).toEqual([0]);
});
