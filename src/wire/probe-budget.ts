// A bound on the steps that look-ups in a hash table may take. Names chosen to collide would make them quadratic, and one
// small body would stop everything for minutes; a name that was not chosen needs one or two steps, hardly ever thirty.

const ORDINARY_STEPS = 32;
const FREE_STEPS = 65_536;
const STEPS_PER_ENTRY = 16;

/** Entries of a table collide far more often than chance would have it. */
export class CollisionError extends RangeError {
  constructor() {
    super('Cannot read exposition: expected names and labels as they come, found ones made to collide');
  }
}

export class ProbeBudget {
  #steps = 0;

  reset(): void {
    this.#steps = 0;
  }

  /** Counts a look-up of `steps` in a table of `entries`. Throws CollisionError. */
  spend(steps: number, entries: number): void {
    if (steps <= ORDINARY_STEPS) return;
    this.#steps += steps;
    if (this.#steps > FREE_STEPS + STEPS_PER_ENTRY * entries) throw new CollisionError();
  }
}
