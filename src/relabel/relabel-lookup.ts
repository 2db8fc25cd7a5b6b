// What rules make of a series' labels: from the memory where they were seen before, else worked out and remembered.
// Leaves it in registers, no object per series.
import type { RelabelConfig } from '../config/config.ts';
import { hashRange, SLACK } from '../wire/words.ts';
import { LabelRelabeler } from './label-relabeler.ts';
import { Fate, RelabelMemory } from './relabel-memory.ts';

/** Bound on the labels that are remembered, as they came and as they went on. */
const MEMORY_BYTES = 1 << 25;

export class RelabelLookup {
  readonly #labels: LabelRelabeler;
  readonly #memory = new RelabelMemory(MEMORY_BYTES);
  /** The labels to send, as a range of `bytes`, and their hash; only for a series that is not dropped. */
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  start = 0;
  length = 0;
  hash = 0;

  /** `rules` have been checked with the configuration. */
  constructor(rules: readonly RelabelConfig[], utf8Names: boolean) {
    this.#labels = new LabelRelabeler(rules, utf8Names);
  }

  /** For the `labels` fields in `[start, end)`; the view reaches further by the slack. */
  look(bytes: Buffer, view: DataView, start: number, end: number): Fate {
    const memory = this.#memory;
    const length = end - start;
    const hash = hashRange(view, start, length);
    const known = memory.find(view, start, length, hash);
    const fate = known < 0 ? this.#workOut(bytes.subarray(start, end), hash) : memory.fate(known);
    if (fate === Fate.unchanged) this.#point(bytes, view, start, length, hash);
    else if (fate === Fate.changed && known >= 0) {
      const made = memory.madeStart(known);
      this.#point(memory.bytes, memory.view, made, memory.madeLength(known), memory.madeHash(known));
    }
    return fate;
  }

  #workOut(labels: Buffer, hash: number): Fate {
    const { fate, made } = this.#labels.relabel(labels);
    this.#memory.add(labels, hash, fate, made);
    if (fate !== Fate.changed) return fate;
    const bytes = Buffer.allocUnsafeSlow(made.length + SLACK);
    made.copy(bytes);
    const view = new DataView(bytes.buffer);
    this.#point(bytes, view, 0, made.length, hashRange(view, 0, made.length));
    return fate;
  }

  #point(bytes: Buffer, view: DataView, start: number, length: number, hash: number): void {
    this.bytes = bytes;
    this.view = view;
    this.start = start;
    this.length = length;
    this.hash = hash;
  }
}
