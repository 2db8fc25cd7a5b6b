// All pushes that wait to be stored or delivered: their number, its bound, and their deadlines. Pushes that wait for
// equally long stand in one row, in the order of their deadlines, with one timer for the first of them.
import type { Clock, Timer } from '../telemetry/clock.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import { WaitingPush } from './waiting-push.ts';

export interface WaitingPushesOptions {
  readonly maxPushes: number;
  readonly hasSpool: boolean;
  /** A push has waited as long as it might, and was not delivered. */
  readonly onWaitedInVain?: (() => void) | undefined;
}

interface Row {
  /** Each with the time of `Clock.monotonicMs` at which it has waited long enough; those that came first stand first. */
  readonly dueMs: Map<WaitingPush, number>;
  timer: Timer | undefined;
}

export class WaitingPushes {
  readonly #options: WaitingPushesOptions;
  readonly #clock: Clock;
  /** By how long they wait in ms: whole seconds, or the configured longest wait, so there are few. */
  readonly #rows = new Map<number, Row>();
  /** Those whose time does not count: they wait for the disk. */
  readonly #forDisk = new Set<WaitingPush>();
  readonly #forget = (push: WaitingPush): void => this.#remove(push);
  #count = 0;

  constructor(options: WaitingPushesOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether one more may wait for its delivery. Those that wait for the disk are bounded by the spool. */
  get hasRoom(): boolean {
    return this.#count < this.#options.maxPushes;
  }

  /** One that has a waiter to offer it with; it counts, and its time runs, from `add` on. */
  open({ level, waitMs, applied }: Acknowledgement, sampleCount: number): WaitingPush | undefined {
    if (level === 'queued') return undefined;
    const options = { hasSpool: this.#options.hasSpool, onEnd: this.#forget };
    return new WaitingPush({ level, waitMs, applied }, sampleCount, options);
  }

  add(push: WaitingPush): void {
    this.#count++;
    if (push.waitMs === Infinity) this.#forDisk.add(push);
    else this.#stand(push);
  }

  /** For the end of a stop, when all others have ended: what is left waits on disk for the next start. */
  leaveToSpool(): void {
    for (const { dueMs, timer } of this.#rows.values()) {
      timer?.cancel();
      for (const push of dueMs.keys()) this.#forDisk.add(push);
    }
    this.#rows.clear();
    if (this.#options.hasSpool) for (const push of [...this.#forDisk]) push.timeIsOver();
  }

  #stand(push: WaitingPush): void {
    const { waitMs } = push;
    let row = this.#rows.get(waitMs);
    if (row === undefined) {
      row = { dueMs: new Map(), timer: undefined };
      this.#rows.set(waitMs, row);
    }
    row.dueMs.set(push, this.#clock.monotonicMs() + waitMs);
    row.timer ??= this.#clock.setTimer(() => this.#call(waitMs, row), waitMs);
  }

  /** Ends the waits that are due, and looks again when the next one is. */
  #call(waitMs: number, row: Row): void {
    row.timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const [push, dueMs] of row.dueMs) {
      if (dueMs > nowMs) {
        row.timer = this.#clock.setTimer(() => this.#call(waitMs, row), dueMs - nowMs);
        return;
      }
      row.dueMs.delete(push);
      this.#forDisk.add(push);
      this.#options.onWaitedInVain?.();
      push.timeIsOver();
    }
    this.#rows.delete(waitMs);
  }

  #remove(push: WaitingPush): void {
    if (this.#forDisk.delete(push)) this.#count--;
    else this.#leaveRow(push);
  }

  #leaveRow(push: WaitingPush): void {
    const row = this.#rows.get(push.waitMs);
    if (!row?.dueMs.delete(push)) return;
    this.#count--;
    if (row.dueMs.size > 0) return;
    row.timer?.cancel();
    this.#rows.delete(push.waitMs);
  }
}
