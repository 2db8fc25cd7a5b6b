// Counts requests that are open: all of them, and those of them that were received whole but not answered yet.
import type { ServerResponse } from 'node:http';
import { untilDone } from '../../telemetry/wait.ts';

/** Requests of any kind on the listener. Both numbers show whether a pause is between pushes or in one. */
export class RequestActivity {
  #open = 0;
  #started = 0;

  /** Counts a request as open until its answer is sent or its connection closed. */
  add(response: ServerResponse): void {
    this.#open++;
    this.#started++;
    response.once('close', () => this.#open--);
  }

  get open(): number {
    return this.#open;
  }

  /** Since the start, open ones included. */
  get seen(): number {
    return this.#started;
  }
}

/**
 * Requests that were received whole and could not be answered at once: a push that waits or is being decoded, a flush. A
 * stop waits for their answers.
 */
export class OpenPushes {
  #count = 0;
  #onNone: () => void = () => undefined;

  /** Counts a push until its answer is sent or its connection closed. */
  add(response: ServerResponse): void {
    this.#count++;
    response.once('close', () => {
      this.#count--;
      if (this.#count === 0) this.#onNone();
    });
  }

  /** Resolves when none is left, or `signal` aborts. */
  async answered(signal: AbortSignal): Promise<void> {
    if (this.#count === 0) return;
    await untilDone(signal, (done) => {
      this.#onNone = done;
      return () => {
        this.#onNone = () => undefined;
      };
    });
  }
}
