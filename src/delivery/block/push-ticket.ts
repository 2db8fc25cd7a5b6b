// The ticket of a push that somebody waits for. Everything that has a part of the push holds the ticket. The waiter hears of
// the end when the last holder releases it, but never during a call of `hold` or `release`.
import type { PushEnd, PushWaiter } from './offered-push.ts';

type Failure = Exclude<PushEnd, { kind: 'reached' }>;

export class PushTicket {
  readonly waiter: PushWaiter;
  #holds = 0;
  #failure: Failure | undefined;
  #isOver = false;

  constructor(waiter: PushWaiter) {
    this.waiter = waiter;
  }

  hold(): void {
    this.#holds++;
  }

  /** A part of the push came to its end. */
  release(): void {
    this.#holds--;
    if (this.#holds === 0 && !this.#isOver) this.#end();
  }

  /** Notes that a part will never be delivered. The caller still holds the ticket. */
  fail(failure: Failure): void {
    const known = this.#failure;
    if (known === undefined || isWorse(failure, known)) this.#failure = failure;
    else if (known.kind === 'refused' && failure.kind === 'refused' && known.backend === failure.backend)
      this.#failure = { ...known, samples: known.samples + failure.samples };
  }

  #end(): void {
    this.#isOver = true;
    const end = this.#failure ?? { kind: 'reached' };
    queueMicrotask(() => this.waiter.ended(end));
  }
}

/** A refusal by one backend says more than that Sluice gave the push up at another. */
function isWorse(failure: Failure, known: Failure): boolean {
  return failure.kind === 'refused' && known.kind !== 'refused';
}
