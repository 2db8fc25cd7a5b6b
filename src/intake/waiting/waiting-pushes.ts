// All pushes that wait to be stored or delivered: how many there are, how many there may be, and their deadlines. Pushes
// with equal waiting times share a row, in the order of their deadlines, and the row has one timer for the first of them.
import type { Clock, Timer } from '../../telemetry/clock.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import { WaitingPush } from './waiting-push.ts';

export interface WaitingPushesOptions {
  readonly maxPushes: number;
  readonly hasSpool: boolean;
  /** Called when a push has waited as long as it may and was not delivered. */
  readonly onTimeout?: (() => void) | undefined;
}

interface Row {
  /** Each push with the time, by `Clock.monotonicMs`, at which it has waited long enough; oldest first. */
  readonly dueMs: Map<WaitingPush, number>;
  timer: Timer | undefined;
}

export class WaitingPushes {
  readonly #options: WaitingPushesOptions;
  readonly #clock: Clock;
  /** By waiting time in ms. That is in whole seconds, or the longest configured wait, so there are few rows. */
  readonly #rows = new Map<number, Row>();
  /** Pushes without a deadline: they wait for the disk. */
  readonly #forDisk = new Set<WaitingPush>();
  readonly #onEnd = (push: WaitingPush): void => this.#remove(push);
  #count = 0;

  constructor(options: WaitingPushesOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether one more push may wait for its delivery. The spool bounds those that wait for the disk. */
  get hasRoom(): boolean {
    return this.#count < this.#options.maxPushes;
  }

  /** Makes the waiter to offer a push with; undefined if it does not wait. It counts, and its time runs, after `add`. */
  open({ level, waitMs, applied }: Acknowledgement, sampleCount: number): WaitingPush | undefined {
    if (level === 'queued') return undefined;
    const options = { hasSpool: this.#options.hasSpool, onEnd: this.#onEnd };
    return new WaitingPush({ level, waitMs, applied }, sampleCount, options);
  }

  add(push: WaitingPush): void {
    this.#count++;
    if (push.waitMs === Infinity) this.#forDisk.add(push);
    else this.#addToRow(push);
  }

  /** For the end of a stop, after all other pushes have ended. What is left is on disk and waits for the next start. */
  leaveToSpool(): void {
    for (const { dueMs, timer } of this.#rows.values()) {
      timer?.cancel();
      for (const push of dueMs.keys()) this.#forDisk.add(push);
    }
    this.#rows.clear();
    if (this.#options.hasSpool) for (const push of [...this.#forDisk]) push.timeIsOver();
  }

  #addToRow(push: WaitingPush): void {
    const { waitMs } = push;
    let row = this.#rows.get(waitMs);
    if (row === undefined) {
      row = { dueMs: new Map(), timer: undefined };
      this.#rows.set(waitMs, row);
    }
    row.dueMs.set(push, this.#clock.monotonicMs() + waitMs);
    row.timer ??= this.#clock.setTimer(() => this.#endDue(waitMs, row), waitMs);
  }

  /** Ends the waits that are due, and looks again when the next one is. */
  #endDue(waitMs: number, row: Row): void {
    row.timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const [push, dueMs] of row.dueMs) {
      if (dueMs > nowMs) {
        row.timer = this.#clock.setTimer(() => this.#endDue(waitMs, row), dueMs - nowMs);
        return;
      }
      row.dueMs.delete(push);
      this.#forDisk.add(push);
      this.#options.onTimeout?.();
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
