// A bounded map that keeps the entries used last. It has two generations; when the younger one is full, the older one is
// dropped. It costs no more than two plain maps.

export class RecentMap<Key, Value> {
  readonly #generationSize: number;
  readonly #onDrop: ((dropped: ReadonlyMap<Key, Value>) => void) | undefined;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** Keeps at most `size` entries (at least two), and at least the `size / 2` used last. `onDrop` gets the dropped ones. */
  constructor(size: number, onDrop?: (dropped: ReadonlyMap<Key, Value>) => void) {
    this.#generationSize = Math.max(1, size >> 1);
    this.#onDrop = onDrop;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) {
      this.#old.delete(key);
      this.set(key, old);
    }
    return old;
  }

  set(key: Key, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#generationSize) return;
    this.#onDrop?.(this.#old);
    this.#old = this.#young;
    this.#young = new Map();
  }
}
