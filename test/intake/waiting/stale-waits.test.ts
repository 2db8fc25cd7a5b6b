// Staleness and pushes that wait for the disk: if it failed, it is not known what the backends have, so nothing ends.
import { expect, test } from 'vitest';
import type { PushEnd } from '../../../src/delivery/block/offered-push.ts';
import { StaleSeries } from '../../../src/staleness/stale-series.ts';
import { JOB_PATH, requestText } from '../../support/intake-road.ts';
import { startWaitingIntake } from '../../support/waiting-intake.ts';

const SILENT = { staleMarked: () => undefined, staleGroupForgotten: () => undefined };

/** PUTs of one series each to one group, which end so; the numbers of samples that were offered of each. */
async function offeredSamples(ends: readonly PushEnd[]): Promise<readonly number[]> {
  const staleSeries = new StaleSeries({ maxMemoryBytes: 1 << 20, maxPushBytes: 1 << 20 }, SILENT);
  const intake = await startWaitingIntake({ staleSeries, hasSpool: true, acknowledge: 'stored' });
  const connection = await intake.connect();
  for (const [i, end] of ends.entries()) {
    connection.send(requestText(`PUT ${JOB_PATH} HTTP/1.1`, [], `m${i} 1\n`));
    await intake.offered(i + 1);
    intake.delivery.waiter().ended(end);
    expect((await connection.answer()).status).toBe(end.kind === 'reached' ? 202 : 503);
  }
  return intake.delivery.offers.map(({ encoded }) => encoded[0]!.sampleCount);
}

test('after a push that was not stored there are no markers, and then there are again', async () => {
  const reached = { kind: 'reached' } as const;
  const notStored = { kind: 'notStored', detail: 'EIO' } as const;
  expect(await offeredSamples([reached, notStored, reached, reached])).toEqual([1, 2, 1, 2]);
});
