// One push that somebody waits for. Each place where a part of it lies holds the ticket; the waiter hears of the end when
// the last one has let go, never during a call that holds or lets go.
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

  /** What was held for has come to its end. */
  release(): void {
    this.#holds--;
    if (this.#holds === 0 && !this.#isOver) this.#end();
  }

  /** Notes that a part will never be delivered; who notes it still holds the ticket. */
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

/** That a backend refuses it says more than that we gave it up at another. */
function isWorse(failure: Failure, known: Failure): boolean {
  return failure.kind === 'refused' && known.kind !== 'refused';
}
