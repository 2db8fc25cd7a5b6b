// For staleness: whoever waits for a push to be stored, with word to the memory of its group where the disk failed. The
// memory took the push for sent, and what is not known for sure gets no markers.
import type { PushEnd, PushWaiter } from '../delivery/block/offered-push.ts';

export class ForgettingWaiter implements PushWaiter {
  readonly level: PushWaiter['level'];
  readonly #waiter: PushWaiter;
  readonly #forget: () => void;

  constructor(waiter: PushWaiter, forget: () => void) {
    this.level = waiter.level;
    this.#waiter = waiter;
    this.#forget = forget;
  }

  stored(): void {
    this.#waiter.stored();
  }

  ended(end: PushEnd): void {
    if (end.kind === 'notStored') this.#forget();
    this.#waiter.ended(end);
  }
}
