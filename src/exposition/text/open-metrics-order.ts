// The order of the lines of an OpenMetrics body: those of a family stand together
// (https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily). Invariant: every family in the table that is not
// the current one is over.
import type { FamilyTable } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';

export class OpenMetricsOrder {
  readonly #refuser: Refuser;
  readonly #families: FamilyTable;
  /** The family of the line read last, or -1. */
  #current = -1;
  /** How many entries the table had when the current family began: of these, others are over. */
  #known = 0;

  constructor(refuser: Refuser, families: FamilyTable) {
    this.#refuser = refuser;
    this.#families = families;
  }

  start(): void {
    this.#current = -1;
    this.#known = 0;
  }

  /** A line belongs to `family`, whose entry is from this line or one before. */
  enter(family: number): void {
    const families = this.#families;
    if (family === this.#current) return;
    if (family < this.#known) {
      const other = families.shownName(this.#current);
      this.#refuser.fail(
        `expected all lines of ${families.shownName(family)} together, found another behind one of ${other}`,
      );
    }
    this.#current = family;
    this.#known = families.count;
  }
}
