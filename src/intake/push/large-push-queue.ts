// Large pushes take turns: one in each round of the event loop. Between two of them the loop serves everything else, above
// all the answers of backends, so that neither small pushes nor delivery wait for many large ones.

/** Up to this size a push costs less than a round of the loop is worth. */
const SMALL_BYTES = 16 * 1024;

export class LargePushQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #runNext = (): void => {
    const task = this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(this.#runNext);
    task?.();
  };

  /** Runs `task` for a push of `bytes` bytes: at once if it is small, otherwise in its turn. */
  run(bytes: number, task: () => void): void {
    if (bytes <= SMALL_BYTES) {
      task();
      return;
    }
    this.#waiting.push(task);
    if (this.#waiting.length === 1) setImmediate(this.#runNext);
  }
}
