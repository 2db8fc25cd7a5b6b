// One bound on the bytes of all bodies that are being received or decoded at one time.

/** What each push may hold without being counted: small pushes get through however many large ones are under way. */
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

  /** Changes what is held by `delta`; false, and nothing changed, where that would pass the bound. */
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

  /** Asks to hold `bytes` in all; false where there is no room, and the share stays as it was. */
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
