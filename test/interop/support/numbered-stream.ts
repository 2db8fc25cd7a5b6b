// A stream of numbered pushes: the value of the n-th is n, so that losses, repeats and disorder show in what is stored.
import { expect } from 'vitest';
import type { RunningSluice } from '../../support/running-sluice.ts';
import { waitForValue } from '../../support/wait-for-value.ts';
import type { StoredSeries } from './stored-series.ts';

const JOBS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export const STREAM_SELECTOR = 'it_numbered';

export class NumberedStream {
  readonly #sluice: RunningSluice;
  #sent = 0;

  constructor(sluice: RunningSluice) {
    this.#sluice = sluice;
  }

  /** Pushes the next `count` numbers for every job, one number after another; every one must be taken. */
  async push(count: number): Promise<void> {
    for (const last = this.#sent + count; this.#sent < last; ) {
      this.#sent++;
      const answers = await Promise.all(
        JOBS.map((job) =>
          this.#sluice.push(`it_numbered ${this.#sent}\n`, { target: `/pushgateway/metrics/job/${job}` }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(JOBS.map(() => 202));
    }
  }

  /** Waits until the last number of every job is stored, then says what must be stored by then. */
  async expectWhole(stored: () => Promise<readonly StoredSeries[]>): Promise<void> {
    const hasEnded = ({ samples }: StoredSeries) => samples.at(-1)?.value === this.#sent;
    const streams = await waitForValue(
      stored,
      (found) => found.length === JOBS.length && found.every(hasEnded),
      'the end of every stream',
      60_000,
    );
    expect(streams.map(({ labels }) => labels.job).sort()).toEqual(JOBS);
    const numbers = Array.from({ length: this.#sent }, (_, i) => i + 1);
    for (const { labels, samples } of streams) {
      expect(
        samples.map(({ value }) => value),
        `job ${labels.job}`,
      ).toEqual(numbers);
      expect(new Set(samples.map(({ timestampMs }) => timestampMs)).size).toBe(this.#sent);
    }
  }
}
