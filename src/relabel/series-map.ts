// Does what the index of series does, for names and labels that were chosen to collide in that one: slower, but with a
// hash that nobody outside knows.
import type { OutputBuffer } from '../wire/output-buffer.ts';

export class SeriesMap {
  readonly #out: OutputBuffer;
  /** The timestamp of the newest sample by the series' labels. */
  readonly #timestamps = new Map<string, number>();

  constructor(out: OutputBuffer) {
    this.#out = out;
  }

  /** As that of the index; the hash is not needed. */
  add(start: number, end: number, _labelsHash: number, timestampMs: number): boolean {
    const labels = this.#out.bytes.toString('latin1', start, end);
    const newest = this.#timestamps.get(labels);
    if (newest !== undefined && !(timestampMs > newest)) return false;
    this.#timestamps.set(labels, timestampMs);
    return true;
  }
}
