// Whatever groups are pushed in whatever way, exactly the series that a model says get markers: judged by the bytes.
import { expect, test } from 'vitest';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { type PushMethod, StaleSeries } from '../../src/staleness/stale-series.ts';
import { fieldBits, STALE_BITS } from '../support/sample-bits.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { encodePush, keyOf, type PlainSeries } from '../transcode/encoded-push.ts';

const BACKENDS = 3;
const GROUPS = ['a', 'b', 'c'.repeat(400)];
const NAMES = ['up', 'a_longer_name_total', 'n'.repeat(300)];

/** By its key each live series of a group at one backend, with its name. */
type Live = ReadonlyMap<string, string>;

interface Outcome {
  readonly ended: readonly string[];
  readonly live: Live;
}

function expected(method: PushMethod, live: Live, pushed: readonly PlainSeries[]): Outcome {
  const keys = new Set(pushed.map(keyOf));
  const names = new Set(pushed.map(({ name }) => name));
  const missing = [...live].filter(([key]) => !keys.has(key));
  const isEnded = ([, name]: readonly [string, string]) => method !== 'POST' || names.has(name);
  const fresh = pushed.filter(({ timestampMs }) => timestampMs === undefined);
  return {
    ended: missing.filter(isEnded).map(([key]) => key),
    live: new Map([
      ...missing.filter((entry) => !isEnded(entry)),
      ...fresh.map((one) => [keyOf(one), one.name] as const),
    ]),
  };
}

class ModelledRun {
  readonly #random: SeededRandom;
  readonly #stale: StaleSeries;
  readonly #live = new Map<string, readonly Live[]>();
  readonly #lastPushed = new Map<string, readonly PlainSeries[]>();
  #nowMs = 1_700_000_000_000;
  marked = 0;
  counted = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#stale = new StaleSeries(
      { maxMemoryBytes: 1 << 24, maxPushBytes: 1 << 24 },
      {
        staleMarked: (series) => {
          this.counted += series;
        },
        staleGroupForgotten: () => expect.fail('nothing has to be forgotten'),
      },
    );
  }

  push(): void {
    const random = this.#random;
    const group = random.pick(GROUPS);
    const method = random.pick(['PUT', 'PUT', 'POST', 'POST', 'POST', 'DELETE'] as const);
    const pushed = this.#pushed(group, method);
    const receivedAtMs = ++this.#nowMs;
    const encoded = method === 'DELETE' ? [] : encodeEach(pushed, receivedAtMs);
    const marked = this.#stale.mark({ group, method, encoded, receivedAtMs });
    const known = this.#live.get(group);
    if (method === 'DELETE' && !isLive(known)) return expect(marked).toEqual([]);
    const outcomes = pushed.map((series, backend) => expected(method, known?.[backend] ?? new Map(), series));
    for (const [backend, { ended }] of outcomes.entries())
      expectMarkers(marked[backend]!, encoded[backend], ended, receivedAtMs);
    if (random.nat(4) === 0) return;
    this.#stale.confirm();
    this.marked += Math.max(...outcomes.map(({ ended }) => ended.length));
    this.#live.set(
      group,
      outcomes.map(({ live }) => live),
    );
    this.#lastPushed.set(group, pushed[0]!);
  }

  /** What each backend is sent; the same list if it is the same push. */
  #pushed(group: string, method: PushMethod): readonly (readonly PlainSeries[])[] {
    const random = this.#random;
    if (method === 'DELETE') return Array.from({ length: BACKENDS }, () => []);
    const last = this.#lastPushed.get(group);
    const all = last !== undefined && random.coin() ? last : randomSeries(random);
    const other = random.nat(3) === 0 ? random.some(all) : all;
    return [all, other, random.coin() ? all : other];
  }
}

function isLive(live: readonly Live[] | undefined): boolean {
  return live?.some(({ size }) => size > 0) ?? false;
}

function randomSeries(random: SeededRandom): readonly PlainSeries[] {
  const names = random.coin() ? NAMES : [random.pick(NAMES)];
  const every = names.flatMap((name) => ['', '1', '22', 'x'.repeat(200)].map((i) => ({ name, i })));
  const chosen = random.some(every);
  if (random.nat(4) > 0) return chosen;
  return chosen.map((one) => (random.coin() ? { ...one, timestampMs: 5 } : one));
}

/** Equal lists become one object, as the transcoder gives it. */
function encodeEach(pushed: readonly (readonly PlainSeries[])[], nowMs: number): readonly EncodedSeries[] {
  const made = new Map(pushed.map((series) => [series, encodePush(series, nowMs)]));
  return pushed.map((series) => made.get(series)!);
}

function expectMarkers(
  marked: EncodedSeries,
  pushed: EncodedSeries | undefined,
  ended: readonly string[],
  timestampMs: number,
): void {
  const before = Buffer.from(pushed?.bytes ?? []);
  const bytes = Buffer.from(marked.bytes);
  expect(bytes.subarray(0, before.length).equals(before)).toBe(true);
  expect(marked.sampleCount).toBe((pushed?.sampleCount ?? 0) + ended.length);
  const found = fieldBits(bytes.subarray(before.length)).sort((a, b) => (a.series < b.series ? -1 : 1));
  expect(found).toEqual([...ended].sort().map((series) => ({ series, bits: STALE_BITS, timestampMs })));
}

test('each push brings the markers that a model of its group says, for each backend', () => {
  let marked = 0;
  holdsForSeeds(150, (random) => {
    const run = new ModelledRun(random);
    for (let pushes = 0; pushes < 40; pushes++) run.push();
    expect(run.counted).toBe(run.marked);
    marked += run.marked;
  });
  expect(marked).toBeGreaterThan(1000);
});
