// What the backend of a chaos run does with each request, and when it listens. One seed decides everything.
import { SeededRandom } from '../support/seeded-random.ts';
import type { Mood } from './kill-options.ts';

export type Turn =
  /** Taken, and answered with 204 after a while. */
  | { readonly kind: 'take'; readonly afterMs: number }
  /** Nothing of it is taken. */
  | { readonly kind: 'refuse'; readonly status: number }
  /** The connection is reset before or after the body has been read. Nothing is taken. */
  | { readonly kind: 'reset'; readonly readsBody: boolean };

/** A stretch of time in which the backend listens, or does not, and takes requests, or does not. */
export interface Phase {
  readonly lastsMs: number;
  readonly listens: boolean;
}

const TAKE: Turn = { kind: 'take', afterMs: 0 };
const SLOWEST_MS = 300;
const LONGEST_PHASE_MS = 400;

export class BackendSchedule {
  readonly #mood: Mood;
  readonly #random: SeededRandom;
  /** The flapping backend's answer to everything in this phase. */
  #turn: Turn = TAKE;

  constructor(mood: Mood, seed: number) {
    this.#mood = mood;
    this.#random = new SeededRandom(seed);
  }

  /** Infinitely long unless the mood changes with time. */
  nextPhase(): Phase {
    switch (this.#mood) {
      case 'up':
      case 'slow':
      case 'resetting':
        return { lastsMs: Number.POSITIVE_INFINITY, listens: true };
      case 'down':
        return { lastsMs: Number.POSITIVE_INFINITY, listens: false };
      case 'flapping':
        return this.#flap();
    }
  }

  nextTurn(): Turn {
    switch (this.#mood) {
      case 'up':
      case 'down':
        return TAKE;
      case 'slow':
        return { kind: 'take', afterMs: this.#random.nat(SLOWEST_MS) };
      case 'resetting':
        return this.#random.coin() ? TAKE : { kind: 'reset', readsBody: this.#random.coin() };
      case 'flapping':
        return this.#turn;
    }
  }

  #flap(): Phase {
    const lastsMs = 1 + this.#random.nat(LONGEST_PHASE_MS);
    const listens = this.#random.nat(3) > 0;
    const isWell = this.#random.coin();
    this.#turn = isWell ? TAKE : { kind: 'refuse', status: this.#random.pick([500, 502, 503, 429]) };
    return { lastsMs, listens };
  }
}
