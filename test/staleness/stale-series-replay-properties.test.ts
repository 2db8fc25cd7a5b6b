// Bodies that come again are not read for their series: what they say of them is what their bytes say.
import { expect, test } from 'vitest';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { StaleSeries } from '../../src/staleness/stale-series.ts';
import type { BodyFormat } from '../../src/transcode/body-format.ts';
import type { Transcoder } from '../../src/transcode/transcoder.ts';
import { fieldBits } from '../support/sample-bits.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { fixed, newTranscoder } from '../transcode/transcode-body.ts';

const LINES = ['a', 'b', 'a{i="1"}', 'b{i="1"}', 'b{i="2"}', 'c', 'job{job="x"}'];
const GROUPS = [{ job: 'a' }, { job: 'b' }, { job: 'a', i: 'path' }, { job: 'a', x: '' }];
const SILENT = { staleMarked: () => undefined, staleGroupForgotten: () => undefined };

function newStale(): StaleSeries {
  return new StaleSeries({ maxMemoryBytes: 1 << 24, maxPushBytes: 1 << 24 }, SILENT);
}

function seriesIn(encoded: EncodedSeries | undefined): readonly string[] {
  return fieldBits(encoded?.bytes ?? new Uint8Array(0)).map(({ series }) => series);
}

class Pushes {
  readonly #random: SeededRandom;
  readonly #transcoder: Transcoder;
  readonly #byNumber = newStale();
  readonly #byBytes = newStale();
  #nowMs = 1;
  numbered = 0;

  constructor(random: SeededRandom, transcoder: Transcoder) {
    this.#random = random;
    this.#transcoder = transcoder;
  }

  push(): void {
    const random = this.#random;
    const grouping = random.pick(GROUPS);
    const group = JSON.stringify(grouping);
    const method = random.pick(['PUT', 'POST', 'POST'] as const);
    const fresh = this.#transcode(grouping);
    if (fresh === undefined) return;
    const { seriesNumber, ...bare } = fresh;
    if (seriesNumber !== undefined) this.numbered++;
    const common = { group, method, receivedAtMs: this.#nowMs };
    const marked = this.#byNumber.mark({ ...common, encoded: [fresh] });
    const expected = this.#byBytes.mark({ ...common, encoded: [bare] });
    expect(fieldBits(marked[0]!.bytes)).toEqual(fieldBits(expected[0]!.bytes));
    if (random.nat(5) === 0) return;
    this.#byNumber.confirm();
    this.#byBytes.confirm();
  }

  /** Undefined if the labels of the path make two series the same. */
  #transcode(grouping: Readonly<Record<string, string>>): EncodedSeries | undefined {
    const random = this.#random;
    const lines = random.some(LINES, 3).map((series) => `${series} ${random.nat(10)}\n`);
    const format: BodyFormat = random.coin() ? 'text' : 'openMetricsWithoutEof';
    const body = Buffer.from(lines.join(''));
    try {
      const pushed = { chunks: [body], length: body.length, format };
      return this.#transcoder.transcode(pushed, fixed(grouping), ++this.#nowMs)[0];
    } catch {
      return undefined;
    }
  }
}

test('markers are the same whether a body is known or its bytes are read', () => {
  const transcoder = newTranscoder();
  let numbered = 0;
  holdsForSeeds(100, (random) => {
    const pushes = new Pushes(random, transcoder);
    for (let i = 0; i < 40; i++) pushes.push();
    numbered += pushes.numbered;
  });
  expect(numbered).toBeGreaterThan(100);
});

test('a number never changes its series, even after bodies were forgotten', () => {
  const transcoder = newTranscoder();
  const meaning = new Map<number, string>();
  const numbersOf = (text: string) => {
    const body = Buffer.from(text);
    const pushed = { chunks: [body], length: body.length, format: 'text' as const };
    for (let i = 0; i < 2; i++) {
      const [encoded] = transcoder.transcode(pushed, fixed(), 1);
      const { seriesNumber } = encoded!;
      if (seriesNumber === undefined) continue;
      const series = seriesIn(encoded).join(' ');
      expect(meaning.get(seriesNumber) ?? series).toBe(series);
      meaning.set(seriesNumber, series);
    }
  };
  const lines = (round: number) => Array.from({ length: 1000 }, (_, i) => `m${round}_${i} 1\n`).join('');
  for (let round = 0; round < 150; round++) numbersOf(lines(round));
  // Of 65,000 series at a time: most rounds, and the first ones have been forgotten since.
  expect(meaning.size).toBeGreaterThan(100);
});
