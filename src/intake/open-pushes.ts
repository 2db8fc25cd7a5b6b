// Pushes that were received whole and could not be answered at once: they wait for their turn, or are being decoded. A
// stop waits for their answers.
import type { ServerResponse } from 'node:http';
import { untilDone } from '../telemetry/wait.ts';

export class OpenPushes {
  #count = 0;
  #onNone: () => void = () => undefined;

  /** Counts a push until its answer is out, or its connection gone. */
  add(response: ServerResponse): void {
    this.#count++;
    response.once('close', () => {
      this.#count--;
      if (this.#count === 0) this.#onNone();
    });
  }

  /** Resolves when none is left, or `signal` aborts. */
  answered(signal: AbortSignal): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return untilDone(signal, (done) => {
      this.#onNone = done;
      return () => {
        this.#onNone = () => undefined;
      };
    });
  }
}
