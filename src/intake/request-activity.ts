// Requests of any kind on the listener: how many are open, and how many there have been. What is to tell a pause between
// pushes from one in the middle of a push reads both.
import type { ServerResponse } from 'node:http';

export class RequestActivity {
  #open = 0;
  #seen = 0;

  /** Counts a request as open until its answer is out, or its connection gone. */
  add(response: ServerResponse): void {
    this.#open++;
    this.#seen++;
    response.once('close', () => this.#open--);
  }

  get open(): number {
    return this.#open;
  }

  /** Since the start, open ones included. */
  get seen(): number {
    return this.#seen;
  }
}
