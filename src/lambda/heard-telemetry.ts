// What telemetry has said of the invocation that goes on. What it says of others is of no use: it may be late, come twice,
// or never, and one request id comes again where Lambda repeats an invocation.
import { untilDone } from '../telemetry/wait.ts';
import type { TelemetryRecord } from './telemetry-record.ts';

/** Of one invocation there are two; what is beyond is nothing that Lambda sends. */
const MAX_REMEMBERED = 64;

interface Waiter {
  readonly record: TelemetryRecord;
  readonly resolve: () => void;
}

export class HeardTelemetry {
  /** Since the last `forget`. */
  #heard: TelemetryRecord[] = [];
  readonly #waiters = new Set<Waiter>();

  /** Before the next event is asked for: from then on records may be about it. */
  forget(): void {
    this.#heard = [];
  }

  hear(records: readonly TelemetryRecord[]): void {
    this.#heard = [...this.#heard, ...records].slice(-MAX_REMEMBERED);
    for (const waiter of this.#waiters)
      if (records.some((record) => isSame(record, waiter.record))) waiter.resolve();
  }

  /** Resolves when it has been said since the last `forget`; also when `signal` aborts. */
  said(record: TelemetryRecord, signal: AbortSignal): Promise<void> {
    if (this.#heard.some((heard) => isSame(heard, record))) return Promise.resolve();
    return untilDone(signal, (done) => {
      const waiter = { record, resolve: done };
      this.#waiters.add(waiter);
      return () => this.#waiters.delete(waiter);
    });
  }
}

function isSame(a: TelemetryRecord, b: TelemetryRecord): boolean {
  return a.kind === b.kind && a.requestId === b.requestId;
}
