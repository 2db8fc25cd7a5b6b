// Order and completeness when every answer takes a random time and every tenth is a failure.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type DecodedRequest, seriesKey } from '../support/decode-write-request.ts';
import { startRoad } from '../support/road-setup.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { labelsOf } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';

const GROUPS = 20;
const SERIES_OF_A_GROUP = 50;
const ROUNDS = 20;
const LONGEST_MS = 20;
const SAMPLES = GROUPS * SERIES_OF_A_GROUP * ROUNDS;

/** Answers late, and sometimes with 503; keeps what was in flight at the same time. */
class SlowBackend {
  readonly #random: SeededRandom;
  readonly #underWay = new Map<string, number>();
  readonly #secondCame = Promise.withResolvers<void>();
  #requests = 0;
  mostRequests = 0;
  /** Series that were in two requests at once. */
  readonly overtaken = new Set<string>();

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  get step(): Step {
    return {
      rule: (request) => {
        const isRefused = this.#random.nat(10) === 0;
        return { status: isRefused ? 503 : 204, until: this.#answer(request) };
      },
    };
  }

  async #answer({ series }: DecodedRequest): Promise<void> {
    const keys = new Set(series.map(seriesKey));
    for (const key of keys) {
      const others = this.#underWay.get(key) ?? 0;
      if (others > 0) this.overtaken.add(key);
      this.#underWay.set(key, others + 1);
    }
    this.#requests++;
    this.mostRequests = Math.max(this.mostRequests, this.#requests);
    // The first one waits for company: that lanes send at the same time is not left to luck.
    if (this.#requests > 1) this.#secondCame.resolve();
    await this.#secondCame.promise;
    await setTimeout(this.#random.nat(LONGEST_MS));
    this.#requests--;
    for (const key of keys) this.#underWay.set(key, this.#underWay.get(key)! - 1);
  }
}

test('every series keeps its order, each sample once, while answers are late at random', async () => {
  const backend = new SlowBackend(37);
  const { receiver, pushed, drained, metric } = await startRoad({
    script: [backend.step],
    backend: { queueConfig: { shards: 4, maxSamplesPerSend: 100, minBackoff: '1ms', maxBackoff: '5ms' } },
  });
  for (let round = 0; round < ROUNDS; round++) {
    const lines = Array.from({ length: SERIES_OF_A_GROUP }, (_, i) => `test{i="${i}"} ${round}\n`);
    const targets = Array.from({ length: GROUPS }, (_, group) => `/pushgateway/metrics/job/group_${group}`);
    await Promise.all(targets.map((target) => pushed(lines.join(''), target)));
  }
  await waitUntil(() => receiver.delivered.length >= SAMPLES, 'all samples');
  await drained();
  expect(receiver.delivered).toHaveLength(SAMPLES);
  const values = new Map<string, number[]>();
  for (const series of receiver.delivered) {
    const { job, i } = labelsOf(series);
    const own = values.get(`${job}/${i}`) ?? [];
    own.push(...series.samples.map(({ value }) => value));
    values.set(`${job}/${i}`, own);
  }
  expect(values.size).toBe(GROUPS * SERIES_OF_A_GROUP);
  const inOrder = Array.from({ length: ROUNDS }, (_, round) => round);
  for (const [series, found] of values) expect([series, ...found]).toEqual([series, ...inOrder]);
  expect(backend.mostRequests).toBeGreaterThan(1);
  expect(backend.mostRequests).toBeLessThanOrEqual(4);
  expect([...backend.overtaken]).toEqual([]);
  expect(await metric('sluice_samples_sent_total{backend="primary"}')).toBe(SAMPLES);
});
