// Decides which bodies are remembered, and notes what is needed for it while one is parsed in full. As long as bodies
// come again every new one is remembered; where they never do, ever fewer are, so that remembering costs next to nothing.
import type { NumberScanner } from '../exposition/number-scanner.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import { KnownBodies, type KnownSeriesSink, TRACE_STRIDE } from './known-bodies.ts';

const KNOWN_BYTES = 8 * 1024 * 1024;
const FIRST_SAMPLES = 256;
const RAREST = 256;

export class BodyMemory {
  readonly #known: KnownBodies;
  /** One in so many unknown bodies is remembered. */
  #every = 1;
  #unknown = 0;
  #hasReplayed = false;
  #isTracing = false;
  #trace = new Int32Array(TRACE_STRIDE * FIRST_SAMPLES);
  #samples = 0;

  constructor(maxBytes = KNOWN_BYTES) {
    this.#known = new KnownBodies(maxBytes);
  }

  /** The signature of the families of the body replayed last. */
  get signature(): number {
    return this.#known.signature;
  }

  /** What the body replayed last has in common with all that have its series. */
  get seriesNumber(): number {
    return this.#known.seriesNumber;
  }

  /** Gives the series of a known body to `sink`; false where the body is not known, or not throughout. */
  replay(
    arena: ByteArena,
    format: number,
    fixed: FixedLabels,
    numbers: NumberScanner,
    sink: KnownSeriesSink,
  ): boolean {
    if (arena.bodyEnd > this.#known.maxBodyBytes) return false;
    const isKnown = this.#known.replay(arena, format, fixed, numbers, sink);
    if (isKnown) {
      this.#hasReplayed = true;
      this.#every = 1;
    }
    return isKnown;
  }

  /** A full parse of the arena's body begins; `isText`: of one whose values stand in it as text. */
  startTrace(arena: ByteArena, isText: boolean): void {
    this.#samples = 0;
    this.#isTracing =
      isText && arena.bodyEnd <= this.#known.maxBodyBytes && this.#unknown++ % this.#every === 0;
  }

  /** The body has something that depends on more than its text: it is not remembered. */
  dropTrace(): void {
    this.#isTracing = false;
  }

  /** Notes a sample: where its value begins and its line ends, and where its labels are in the output. */
  note(valueAt: number, lineEnd: number, labelsStart: number, labelsEnd: number): void {
    if (!this.#isTracing) return;
    const at = TRACE_STRIDE * this.#samples++;
    if (at === this.#trace.length) this.#grow();
    this.#trace[at] = valueAt;
    this.#trace[at + 1] = lineEnd;
    this.#trace[at + 2] = labelsStart;
    this.#trace[at + 3] = labelsEnd;
  }

  /** The body was transcoded to its end: remember it. */
  finishTrace(
    arena: ByteArena,
    format: number,
    fixed: FixedLabels,
    encoded: Buffer,
    signature: number,
  ): void {
    if (!this.#isTracing || this.#samples === 0) return;
    this.#isTracing = false;
    if (this.#known.record(arena, format, fixed, encoded, this.#trace, this.#samples, signature)) return;
    if (!this.#hasReplayed) this.#every = Math.min(RAREST, 4 * this.#every);
    this.#hasReplayed = false;
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#trace.length);
    larger.set(this.#trace);
    this.#trace = larger;
  }
}
