// The cache of known bodies: a job usually pushes the same series again and again. Replays a body that it knows, and notes
// what it has to record while another one is parsed in full. While bodies come again it records every new one; while none
// does, it records fewer and fewer, so that recording costs next to nothing.
import type { NumberScanner } from '../exposition/number-scanner.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import { BodyTree, type KnownSeriesSink, TRACE_STRIDE } from './body-tree.ts';

const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const FIRST_SAMPLES = 256;
const MAX_EVERY = 256;

/** The formats whose bodies are recorded. */
export const KnownFormat = { text: 0, openMetrics: 1 } as const;

export class KnownBodies {
  readonly #tree: BodyTree;
  /** One in this many unknown bodies is recorded. */
  #every = 1;
  #unknown = 0;
  #hasReplayed = false;
  #isRecording = false;
  #trace = new Int32Array(TRACE_STRIDE * FIRST_SAMPLES);
  #samples = 0;

  constructor(maxBytes = MAX_TEXT_BYTES) {
    this.#tree = new BodyTree(maxBytes);
  }

  /** The signature of the families of the body replayed last. */
  get signature(): number {
    return this.#tree.signature;
  }

  /** Of the body replayed last: see EncodedSeries. */
  get seriesNumber(): number {
    return this.#tree.seriesNumber;
  }

  /** Gives the series of a known body to `sink`; false if the body is not known to its end. */
  replay(
    arena: ByteArena,
    format: number,
    fixed: FixedLabels,
    numbers: NumberScanner,
    sink: KnownSeriesSink,
  ): boolean {
    if (arena.bodyEnd > this.#tree.maxBodyBytes) return false;
    const isKnown = this.#tree.replay(arena, format, fixed, numbers, sink);
    if (isKnown) {
      this.#hasReplayed = true;
      this.#every = 1;
    }
    return isKnown;
  }

  /** A full parse of the arena's body begins. */
  startRecording(arena: ByteArena, isRecordable: boolean): void {
    this.#samples = 0;
    this.#isRecording =
      isRecordable && arena.bodyEnd <= this.#tree.maxBodyBytes && this.#unknown++ % this.#every === 0;
  }

  /** Something in the body depends on more than its text, so it cannot be recorded. */
  stopRecording(): void {
    this.#isRecording = false;
  }

  /** Where a sample's value begins and its line ends, and where its labels are in the output. */
  noteSample(valueAt: number, lineEnd: number, labelsStart: number, labelsEnd: number): void {
    if (!this.#isRecording) return;
    const at = TRACE_STRIDE * this.#samples++;
    if (at === this.#trace.length) this.#grow();
    this.#trace[at] = valueAt;
    this.#trace[at + 1] = lineEnd;
    this.#trace[at + 2] = labelsStart;
    this.#trace[at + 3] = labelsEnd;
  }

  /** The body was transcoded to its end, into `encoded`. */
  finishRecording(
    arena: ByteArena,
    format: number,
    fixed: FixedLabels,
    encoded: Buffer,
    signature: number,
  ): void {
    if (!this.#isRecording || this.#samples === 0) return;
    this.#isRecording = false;
    if (this.#tree.record(arena, format, fixed, encoded, this.#trace, this.#samples, signature)) return;
    if (!this.#hasReplayed) this.#every = Math.min(MAX_EVERY, 4 * this.#every);
    this.#hasReplayed = false;
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#trace.length);
    larger.set(this.#trace);
    this.#trace = larger;
  }
}
