// One push that waits to be stored or delivered. Delivery reports its end to it, and it has exactly one outcome. The
// wait ends when the push reaches its level, fails, or has waited long enough. With a spool, a push whose time is over goes
// on waiting until it is synced to disk: before that no true answer exists.
import type { PushEnd, PushWaiter } from '../../delivery/block/offered-push.ts';
import { outcomeOfEnd } from '../outcome/delivery-outcome.ts';
import type { PushOutcome, Taken } from '../outcome/push-outcome.ts';
import type { Acknowledgement } from './acknowledgement.ts';

export class WaitingPush implements PushWaiter {
  readonly level: 'stored' | 'delivered';
  /** Infinity: as long as it takes. */
  readonly waitMs: number;
  readonly #taken: Taken;
  readonly #onEnd: (push: WaitingPush) => void;
  #isSafe: boolean;
  #isTimeOver = false;
  #outcome: PushOutcome | undefined;
  #hear: ((outcome: PushOutcome) => void) | undefined;

  /** `onEnd` is called once, before `hear` of `whenOver`. */
  constructor(
    { level, waitMs, applied }: Acknowledgement & { readonly level: WaitingPush['level'] },
    sampleCount: number,
    options: { readonly hasSpool: boolean; readonly onEnd: (push: WaitingPush) => void },
  ) {
    this.level = level;
    this.waitMs = level === 'delivered' ? waitMs : Infinity;
    this.#taken = { sampleCount, applied };
    this.#isSafe = !options.hasSpool;
    this.#onEnd = options.onEnd;
  }

  /** Calls `hear` with the outcome, at once if there is one already. */
  whenOver(hear: (outcome: PushOutcome) => void): void {
    if (this.#outcome !== undefined) hear(this.#outcome);
    else this.#hear = hear;
  }

  stored(): void {
    this.#isSafe = true;
    if (this.level === 'stored' || this.#isTimeOver) this.#end({ kind: 'accepted', ...this.#taken });
  }

  ended(end: PushEnd): void {
    this.#end(outcomeOfEnd(end, this.level, this.#taken));
  }

  /** The push has waited long enough, or waiting has become useless. */
  timeIsOver(): void {
    this.#isTimeOver = true;
    if (this.#isSafe) this.#end({ kind: 'accepted', ...this.#taken });
  }

  #end(outcome: PushOutcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#onEnd(this);
    this.#hear?.(outcome);
    this.#hear = undefined;
  }
}
