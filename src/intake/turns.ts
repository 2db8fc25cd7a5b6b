// Large pushes take turns: one in each round of the event loop. Between two of them the loop serves everything else, the
// answers of the backends above all, so that neither small pushes nor delivery wait for a row of large ones.

/** Up to so many bytes a push costs less than a round of the loop is worth. */
const SMALL_BYTES = 16 * 1024;

export class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #takeTurn = (): void => {
    const task = this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(this.#takeTurn);
    task?.();
  };

  /** Runs `task` for a push of `bytes` bytes: at once for a small one, otherwise in its turn. */
  run(bytes: number, task: () => void): void {
    if (bytes <= SMALL_BYTES) {
      task();
      return;
    }
    this.#waiting.push(task);
    if (this.#waiting.length === 1) setImmediate(this.#takeTurn);
  }
}
