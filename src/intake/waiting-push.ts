// One push that waits to be stored or delivered: it hears what becomes of it and has exactly one outcome. It is over when
// its level is reached, or the push has failed, or its time has passed; but while a spool has yet to sync it, nothing true
// can be said, so it waits on for the disk.
import type { PushEnd, PushWaiter } from '../delivery/block/offered-push.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import { outcomeOfEnd } from './outcome-of-end.ts';
import type { PushOutcome, Taken } from './push-outcome.ts';

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

  /** `onEnd` is called once, before the outcome is told. */
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

  /** `hear` is told the outcome, at once if there is one already. */
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

  /** It has waited long enough, or nothing more will come of waiting. */
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
