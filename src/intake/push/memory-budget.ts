// One bound on the bytes of all bodies that are received or decoded at the same time. Each push has a share of it.

/** A push may hold this much without being counted, so that small pushes get through next to any number of large ones. */
const FREE_BYTES = 16 * 1024;

export class MemoryBudget {
  readonly #maxBytes: number;
  #held = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Starts the account of one push. */
  open(): BudgetShare {
    return new BudgetShare(this);
  }

  /** Changes the total by `delta`. If that would pass the bound, returns false and changes nothing. */
  change(delta: number): boolean {
    if (delta > 0 && this.#held + delta > this.#maxBytes) return false;
    this.#held += delta;
    return true;
  }
}

export class BudgetShare {
  readonly #budget: MemoryBudget;
  #counted = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Asks to hold `bytes` in all. If there is no room, returns false and the share stays as it was. */
  hold(bytes: number): boolean {
    const counted = bytes > FREE_BYTES ? bytes : 0;
    if (counted === this.#counted) return true;
    if (!this.#budget.change(counted - this.#counted)) return false;
    this.#counted = counted;
    return true;
  }

  release(): void {
    this.hold(0);
  }
}
