import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import {
  type HeardWaiter,
  labelOf,
  nameOf,
  newWaiter,
  QUICK,
  startSpooledWith,
} from '../support/spooled-delivery.ts';
import { waitUntil } from '../support/wait-until.ts';

test('however pushes, syncs, failures, outages and restarts fall, what was stored arrives once and in order', async () => {
  const step = fc.constantFrom(
    'push',
    'push',
    'push',
    'big',
    'sync',
    'fail',
    'up',
    'down',
    'restart',
    'turn',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const receiver = await startReceiver([{}], { allowsRepeats: true });
      const config = backendConfig(receiver.url(), {
        queueConfig: { ...QUICK, maxQueueSize: 3000, maxSamplesPerSend: 7, shards: 2 },
      });
      let run = await startSpooledWith([config]);
      run.spool.isAutomatic = false;
      const waiters: { name: string; samples: number; waiter: HeardWaiter }[] = [];
      for (const [i, what] of steps.entries()) {
        if (what === 'push' || what === 'big') {
          const samples = what === 'big' ? 20 : 1;
          const waiter = newWaiter('stored');
          if (run.pushNamed(`m${i}`, samples, i % 2, waiter) === 'accepted')
            waiters.push({ name: `m${i}`, samples, waiter });
        } else if (what === 'sync') run.spool.sync();
        else if (what === 'fail') run.spool.fail('EIO');
        else if (what === 'up') receiver.play({ status: 204 });
        else if (what === 'down') receiver.play({ status: 503 });
        else if (what === 'turn') await new Promise((resolve) => setTimeout(resolve, 3));
        else {
          await run.delivery.stop(AbortSignal.abort());
          run = await startSpooledWith([config], { earlier: run.spool });
          run.spool.isAutomatic = false;
        }
      }
      run.spool.sync();
      receiver.play({ status: 204 });
      const stored = waiters.filter(({ waiter }) => waiter.heard.includes('stored'));
      const expected = stored.flatMap(({ name, samples }) =>
        Array.from({ length: samples }, (_, sample) => `${name}/${sample}`),
      );
      const arrived = () => receiver.delivered.map((series) => `${nameOf(series)}/${labelOf(series)}`);
      await waitUntil(() => arrived().length >= expected.length, 'all that was stored');
      await run.delivery.stop(new AbortController().signal);
      // Each of two lanes has its order: even pushes on one, odd ones on the other.
      for (const lane of [0, 1]) {
        const ofLane = (list: readonly string[]) =>
          list.filter((series) => Number(series.slice(1, series.indexOf('/'))) % 2 === lane);
        expect(withoutRepeats(ofLane(arrived()))).toEqual(ofLane(expected));
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

/** A request that a stop cut off may have been taken: then its samples come again. */
function withoutRepeats(series: readonly string[]): readonly string[] {
  return [...new Set(series)];
}
