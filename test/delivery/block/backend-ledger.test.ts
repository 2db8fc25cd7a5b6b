// The bound on what is spent on a backend that refuses much, by itself and in a delivery.
import { describe, expect, test } from 'vitest';
import { KEPT_FOR_PUSHES, MAX_REFUSALS, RefusalBudget } from '../../../src/delivery/block/backend-ledger.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { encodeMany } from '../../support/encode.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type IsBad, refusing, shortName } from '../../support/refusing-backend.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe('a refusal budget', () => {
  const spent = (refusals: number) => {
    const clock = new FakeClock();
    const budget = new RefusalBudget(clock);
    for (let i = 0; i < refusals; i++) budget.spend();
    return { clock, budget, allowed: () => [budget.allowsCut(false), budget.allowsCut(true)] };
  };

  test('stops allowing cuts inside pushes first, then any', () => {
    const insidePushes = MAX_REFUSALS - KEPT_FOR_PUSHES;
    expect(spent(0).allowed()).toEqual([true, true]);
    expect(spent(insidePushes).allowed()).toEqual([true, true]);
    expect(spent(insidePushes + 1).allowed()).toEqual([true, false]);
    expect(spent(MAX_REFUSALS - 1).allowed()).toEqual([true, false]);
    expect(spent(MAX_REFUSALS).allowed()).toEqual([false, false]);
    expect(spent(10 * MAX_REFUSALS).allowed()).toEqual([false, false]);
  });

  test('is refilled by five a second', () => {
    const { clock, allowed } = spent(10 * MAX_REFUSALS);
    clock.advance(199);
    expect(allowed()).toEqual([false, false]);
    clock.advance(1);
    expect(allowed()).toEqual([true, false]);
    clock.advance(200 * (KEPT_FOR_PUSHES - 1));
    expect(allowed()).toEqual([true, true]);
  });

  test('gets one back for each success, and never more than it can hold', () => {
    const { budget, clock, allowed } = spent(MAX_REFUSALS);
    budget.earn();
    expect(allowed()).toEqual([true, false]);
    for (let i = 0; i < 10 * MAX_REFUSALS; i++) budget.earn();
    clock.advance(1_000_000);
    for (let i = 0; i < MAX_REFUSALS; i++) budget.spend();
    expect(allowed()).toEqual([false, false]);
  });
});

/** A delivery with a fake clock; `block` offers one block of pushes and waits for its end. */
async function start(isBad: IsBad) {
  const clock = new FakeClock();
  const receiver = await startReceiver([refusing(isBad)]);
  const { offer, events, nextMs, delivery } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { maxSamplesPerSend: 10_000, batchSendDeadline: 1 } }),
    { clock },
  );
  let total = 0;
  const block = async (name: string, sizes: readonly number[]) => {
    const requestsBefore = receiver.requests.length;
    for (const [push, size] of sizes.entries()) {
      offer(encodeMany(`${name}${push}`, size, nextMs()), 0, `${name}${push}`);
      total += size;
    }
    clock.advance(1);
    await waitUntil(() => events.samplesSent + events.samplesDropped === total, 'the end of the block');
    return receiver.requests.length - requestsBefore;
  };
  return { clock, receiver, events, block, delivery };
}

describe('a backend that refuses everything', () => {
  test('costs nothing of the budget for series that come alone', async () => {
    const { block, events } = await start((each) => each.startsWith('alone') || each === 'm1/1');
    for (let i = 0; i < MAX_REFUSALS; i++) await block('alone', [1]);
    await block('m', [3, 3]);
    expect(events.seriesDrops).toMatchObject([{ job: 'm1', series: 1, isUnseparated: false }]);
  });

  test('costs a bounded number of requests, then one for each block', async () => {
    const { block, events, clock } = await start(() => true);
    // A refusal for each token, and one for each part that was still to be sent when none was left.
    expect(await block('a', Array(2000).fill(1))).toBeLessThanOrEqual(1 + MAX_REFUSALS + 12);
    expect(events.dropped.length).toBeGreaterThan(0);
    expect(events.dropped.every(({ isUnseparated }) => isUnseparated === true)).toBe(true);
    expect(await block('b', Array(100).fill(20))).toBe(1);
    expect(events.dropped.at(-1)).toMatchObject({
      sampleCount: 2000,
      reason: 'status_400',
      detail: 'bad sample',
      isUnseparated: true,
    });
    expect(await block('c', [10])).toBe(1);
    clock.advance(1000);
    expect(await block('d', Array(100).fill(20))).toBeLessThanOrEqual(1 + 5 + 12);
  });
});

describe('a backend that has refused much', () => {
  const bad: IsBad = (each) => each.startsWith('all') || each === 'm3/7' || each === 'n3/7';

  test('has whole pushes dropped, not blocks, and later single series again', async () => {
    const { block, events, receiver, clock } = await start(bad);
    // 100 bad series alone: about 200 refusals and no success.
    await block('all', Array(100).fill(1));
    const dropsBefore = events.seriesDrops.length;
    await block('m', Array(10).fill(10));
    expect(events.seriesDrops.slice(dropsBefore)).toEqual([
      {
        backend: 'primary',
        job: 'm3',
        reason: 'status_400',
        detail: 'bad sample',
        series: 10,
        pushSeries: 10,
        isUnseparated: true,
      },
    ]);
    expect(receiver.delivered.length).toBe(90);
    clock.advance(60_000);
    await block('n', Array(10).fill(10));
    expect(events.seriesDrops.at(-1)).toMatchObject({ job: 'n3', series: 1, isUnseparated: false });
    expect(receiver.delivered.map(shortName)).not.toContain('n3/7');
    expect(receiver.delivered.length).toBe(90 + 99);
  });

  test('does not use up the budget by one bad series in every block', async () => {
    const { block, events, receiver } = await start((each) => each.endsWith('3/7'));
    for (let round = 0; round < 300; round++) await block(`r${round}_`, Array(9).fill(10));
    expect(events.seriesDrops.length).toBe(300);
    expect(events.seriesDrops.every(({ series }) => series === 1)).toBe(true);
    expect(receiver.delivered.length).toBe(300 * 89);
  }, 30_000);
});
