// What lanes of earlier runs have settled, where there were more or fewer of them than now.

/** The positions of all lanes of a run, in their order: everything of a lane before its position is settled. */
export type Generation = readonly number[];

export class SettledEarlier {
  #generations: readonly Generation[];

  constructor(generations: readonly Generation[]) {
    this.#generations = generations;
  }

  get generations(): readonly Generation[] {
    return this.#generations;
  }

  has(shardHash: number, position: number): boolean {
    return this.#generations.some((lanes) => position < lanes[shardHash % lanes.length]!);
  }

  /** Nobody will ask for what is before `position` any more. */
  forgetBefore(position: number): void {
    if (this.#generations.length === 0) return;
    this.#generations = this.#generations.filter((lanes) => lanes.some((lane) => lane > position));
  }
}
