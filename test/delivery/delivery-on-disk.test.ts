// Delivery with the real spool on a model disk, in any combination: several backends and lanes, a disk that fails and fills,
// backends that are away, restarts with other numbers of lanes. No sockets and no real time: the seed that fast-check prints
// brings a failure back.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PushEnd, PushWaiter } from '../../src/delivery/block/offered-push.ts';
import { Delivery } from '../../src/delivery/delivery.ts';
import { Spool } from '../../src/delivery/spool/spool.ts';
import type { Clock } from '../../src/telemetry/clock.ts';
import { backendConfig } from '../support/backend-config.ts';
import type { DecodedSeries } from '../support/decode-write-request.ts';
import { encodeMany } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ModelBackend, passTime, passTimeUntil } from '../support/model-backend.ts';
import { RecordedEvents } from '../support/recorded-events.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { ModelDisk } from './spool/model-disk.ts';
import { RecordedSpoolEvents } from './spool/spool-events.ts';

const GROUPS = 5;
/** More by hand: `DELIVERY_ROUNDS=1000`. */
const ROUNDS = Number(process.env.DELIVERY_ROUNDS ?? 100);

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('push' as const),
      group: fc.nat(GROUPS - 1),
      samples: fc.constantFrom(1, 1, 2, 5, 30),
      level: fc.constantFrom('queued', 'stored', 'delivered'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('disk' as const), after: fc.nat(5), count: fc.nat(6) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('health' as const),
      backend: fc.nat(1),
      status: fc.constantFrom(204, 503, 413, 400),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.nat(6) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('restart' as const),
      shards: fc.integer({ min: 1, max: 4 }),
      isKilled: fc.boolean(),
    }),
  },
);

test('what is acknowledged arrives in order and nothing else does, whatever pushes, disk and backends do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 80 }),
      fc.boolean(),
      fc.constantFrom(3000, 10_000, 1_000_000),
      fc.constantFrom(8000, 100_000_000),
      fc.noShrink(fc.integer()),
      async (steps, isRequired, maxQueueSize, maxSize, seed) => {
        const world = new World({ isRequired, maxQueueSize, maxSize, seed });
        try {
          await world.open(2);
          for (const [i, each] of steps.entries()) await world.take(each, i);
          await world.end();
        } finally {
          await world.close();
        }
      },
    ),
    { numRuns: ROUNDS },
  );
}, 600_000);

type AnyStep = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Offered {
  readonly series: readonly string[];
  readonly group: number;
  readonly level: string;
  readonly life: number;
  readonly heard: (PushEnd | 'stored')[];
}

interface WorldOptions {
  /** Of the second backend; the first one always is. */
  readonly isRequired: boolean;
  readonly maxQueueSize: number;
  readonly maxSize: number;
  readonly seed: number;
}

class World {
  readonly #options: WorldOptions;
  readonly #random: SeededRandom;
  readonly #clock = new FakeClock();
  readonly #disk: ModelDisk;
  readonly #backends: readonly ModelBackend[];
  readonly #offered: Offered[] = [];
  readonly events = new RecordedEvents();
  #delivery!: Delivery;
  #spool!: Spool;
  #life = 0;
  #hasRefused = false;
  /** Lives of the program that a kill ended. */
  readonly #killed = new Set<number>();

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new ModelDisk(() => this.#random.fraction());
    this.#backends = [new ModelBackend(this.#random), new ModelBackend(this.#random)];
  }

  async open(shards: number): Promise<void> {
    this.#life++;
    const { maxQueueSize, isRequired } = this.#options;
    const queueConfig = {
      minBackoff: 1,
      maxBackoff: 3,
      batchSendDeadline: 40,
      maxSamplesPerSend: 7,
      maxQueueSize,
      shards,
    };
    const configs = this.#backends.map((_, i) =>
      backendConfig('http://backend.invalid/write', {
        name: `b${i}`,
        required: i === 0 || isRequired,
        remoteTimeout: 1_000_000,
        queueConfig,
      }),
    );
    const clock = hurried(this.#clock);
    const random = () => this.#random.fraction();
    const connect = ({ name }: { readonly name: string }) => this.#backends[Number(name.slice(1))]!;
    const disk = this.#disk.files();
    const spool = { directory: '/spool', maxSize: this.#options.maxSize };
    const deps = { events: this.events, clock, random, userAgent: 't', connect };
    this.#delivery = new Delivery(configs, deps, async (listener) => {
      const spoolDeps = { events: new RecordedSpoolEvents(), clock, random, disk };
      this.#spool = await Spool.open(spool, listener, spoolDeps);
      return this.#spool;
    });
    await this.#delivery.open();
  }

  async take(each: AnyStep, i: number): Promise<void> {
    switch (each.what) {
      case 'push':
        return this.#push(i, each);
      case 'disk':
        return this.#disk.failWith({ after: each.after, count: each.count, code: i % 2 ? 'EIO' : 'ENOSPC' });
      case 'health':
        if (each.status === 400) this.#hasRefused = true;
        this.#backends[each.backend]!.statusFor = answer(each.status);
        return;
      case 'wait':
        return passTime(this.#clock, each.ms);
      case 'restart': {
        if (each.isKilled) {
          this.#killed.add(this.#life);
          this.#disk.crash('kill');
        }
        this.#disk.failWith(undefined);
        await this.#delivery.stop(AbortSignal.abort());
        await this.open(each.shards);
      }
    }
  }

  #push(i: number, { group, samples, level }: Extract<AnyStep, { what: 'push' }>): void {
    const name = `m${group}_${i}`;
    const heard: Offered['heard'] = [];
    const waiter: PushWaiter | undefined =
      level === 'queued'
        ? undefined
        : {
            level: level as PushWaiter['level'],
            stored: () => heard.push('stored'),
            ended: (end) => heard.push(end),
          };
    const encoded = encodeMany(name, samples, 1);
    const result = this.#delivery.offer({
      encoded: [encoded, encoded],
      shardHash: group * 7,
      job: name,
      receivedAtMs: this.#clock.nowMs(),
      ...(waiter ? { waiter } : {}),
    });
    const series = Array.from({ length: samples }, (_, n) => `${name}/${n}`);
    if (result === 'accepted') this.#offered.push({ series, group, level, life: this.#life, heard });
    else if (result === 'tooLarge') return;
    else this.#offered.push({ series, group, level: 'refused', life: this.#life, heard });
  }

  async end(): Promise<void> {
    this.#disk.failWith(undefined);
    for (const backend of this.#backends) backend.statusFor = answer(204);
    await this.#until(() => this.#spool.trouble === undefined, 'a usable spool');
    const isTold = ({ level, heard, life }: Offered) =>
      level === 'refused' ||
      level === 'queued' ||
      life !== this.#life ||
      heard.some((each) => each !== 'stored');
    await this.#until(() => this.#offered.every(isTold), 'the ends of all waits');
    const owed = this.#offered.filter((push) => this.#isOwed(push)).flatMap(({ series }) => series);
    for (const [i, backend] of this.#backends.entries()) {
      if ((i === 0 || this.#options.isRequired) && !this.#hasRefused)
        await this.#until(() => {
          const arrived = new Set(backend.delivered.map(keyOf));
          return owed.every((series) => arrived.has(series));
        }, `what is owed to ${i}: ${owed.length}, has ${backend.delivered.length}`);
    }
    await this.#until(() => this.#delivery.readings().every(({ bytes }) => bytes === 0), 'empty queues');
    for (const { delivered } of this.#backends) this.#check(delivered.map(keyOf));
    expect(this.events.spoolTroubles.filter(({ detail }) => detail.includes('BUG'))).toEqual([]);
  }

  #isOwed({ level, heard, life }: Offered): boolean {
    if (level === 'queued') return life === this.#life;
    if (level === 'refused') return false;
    return heard.includes('stored');
  }

  #check(arrived: readonly string[]): void {
    const once = [...new Set(arrived)];
    if (this.#life === 1) expect(arrived).toEqual(once);
    for (let group = 0; group < GROUPS; group++) {
      const ofGroup = this.#offered.filter((push) => push.group === group && !this.#isUntold(push));
      const numbers = new Map(ofGroup.flatMap(({ series }) => series).map((series, n) => [series, n]));
      // What was refused once may be taken after a kill.
      const steady = this.#hasRefused ? once.filter((series) => !series.endsWith('/1')) : once;
      const seen = steady.flatMap((series) => numbers.get(series) ?? []);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    }
    const forbidden = this.#offered.filter(
      ({ level, heard }) =>
        level === 'refused' || heard.some((end) => typeof end === 'object' && end.kind === 'notStored'),
    );
    const never = new Set(forbidden.flatMap(({ series }) => series));
    expect(once.filter((series) => never.has(series))).toEqual([]);
  }

  /** A write that failed may be on disk all the same: killed before it is taken back, it arrives after what continued in memory. */
  #isUntold({ level, heard, life }: Offered): boolean {
    return level !== 'queued' && heard.length === 0 && this.#killed.has(life);
  }

  #until(holds: () => boolean, what: string): Promise<void> {
    return passTimeUntil(this.#clock, holds, what);
  }

  async close(): Promise<void> {
    await this.#delivery.stop(AbortSignal.abort());
    expect(this.#backends.flatMap(({ violations }) => violations)).toEqual([]);
  }
}

function answer(status: number): (series: readonly DecodedSeries[]) => number {
  if (status === 413) return (series) => (series.length > 1 ? 413 : 204);
  if (status === 400) return (series) => (series.some((each) => keyOf(each).endsWith('/1')) ? 400 : 204);
  return () => status;
}

function keyOf({ labels }: DecodedSeries): string {
  const byName = new Map(labels);
  return `${byName.get('__name__')}/${byName.get('i')}`;
}

/** Long timers are due much earlier than they should be: minutes pass in a second. */
function hurried(clock: Clock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (fn, ms) => clock.setTimer(fn, ms > 100 ? ms / 100 : ms),
  };
}
