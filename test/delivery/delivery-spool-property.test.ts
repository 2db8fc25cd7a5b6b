// Delivery over a log in memory, with pushes, failures, outages and restarts in any order. No sockets and no real time: the
// seed that fast-check prints brings a failure back.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ModelBackend, passTime, passTimeUntil } from '../support/model-backend.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import {
  type HeardWaiter,
  labelOf,
  nameOf,
  newWaiter,
  QUICK,
  startSpooledWith,
} from '../support/spooled-delivery.ts';

const STEPS = ['push', 'push', 'push', 'big', 'sync', 'fail', 'up', 'down', 'restart', 'turn'] as const;
type Step = (typeof STEPS)[number];

test('what was stored arrives once and in order, whatever the order of pushes, syncs, failures, outages and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...STEPS), { minLength: 5, maxLength: 60 }),
      fc.noShrink(fc.integer()),
      run,
    ),
    {
      numRuns: 300,
      // Once the test stopped before the last push arrived, since it counted repeated samples.
      examples: [
        [['big', 'push', 'restart', 'turn', 'turn', 'fail', 'big', 'restart', 'turn', 'restart', 'up'], 1],
      ],
    },
  );
}, 60_000);

async function run(steps: readonly Step[], seed: number): Promise<void> {
  const clock = new FakeClock();
  const backend = new ModelBackend(new SeededRandom(seed));
  const config = backendConfig('http://backend.invalid/write', {
    queueConfig: { ...QUICK, maxQueueSize: 3000, maxSamplesPerSend: 7, shards: 2 },
  });
  const surroundings = { clock, connect: () => backend };
  let life = await startSpooledWith([config], surroundings);
  life.spool.isAutomatic = false;
  const waiters: { name: string; samples: number; waiter: HeardWaiter }[] = [];
  for (const [i, what] of steps.entries()) {
    if (what === 'push' || what === 'big') {
      const samples = what === 'big' ? 20 : 1;
      const waiter = newWaiter('stored');
      if (life.pushNamed(`m${i}`, samples, i % 2, waiter) === 'accepted')
        waiters.push({ name: `m${i}`, samples, waiter });
    } else if (what === 'sync') life.spool.sync();
    else if (what === 'fail') life.spool.fail('EIO');
    else if (what === 'up') backend.statusFor = () => 204;
    else if (what === 'down') backend.statusFor = () => 503;
    else if (what === 'turn') await passTime(clock, 3);
    else {
      await life.delivery.stop(AbortSignal.abort());
      life = await startSpooledWith([config], { ...surroundings, earlier: life.spool });
      life.spool.isAutomatic = false;
    }
  }
  life.spool.sync();
  backend.statusFor = () => 204;
  const stored = waiters.filter(({ waiter }) => waiter.heard.includes('stored'));
  const expected = stored.flatMap(({ name, samples }) =>
    Array.from({ length: samples }, (_, sample) => `${name}/${sample}`),
  );
  // A request that a stop cut off may have been taken: then its samples come again.
  const arrived = () => [
    ...new Set(backend.delivered.map((series) => `${nameOf(series)}/${labelOf(series)}`)),
  ];
  await passTimeUntil(clock, () => arrived().length >= expected.length, 'all that was stored');
  await life.delivery.stop(new AbortController().signal);
  // Each of two lanes has its order: even pushes on one, odd ones on the other.
  for (const lane of [0, 1]) {
    const ofLane = (list: readonly string[]) =>
      list.filter((series) => Number(series.slice(1, series.indexOf('/'))) % 2 === lane);
    expect(ofLane(arrived())).toEqual(ofLane(expected));
  }
  expect(backend.violations).toEqual([]);
}
