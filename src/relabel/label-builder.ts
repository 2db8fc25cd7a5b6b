// The labels of one series while rules change them, as text. Invariant: names are unique and no value is empty. The order
// is that of Prometheus, since a later rule may depend on it: first what was there, then what was set, each in its order.

export type Label = readonly [name: string, value: string];

export class LabelBuilder {
  readonly #given = new Map<string, string>();
  readonly #set = new Map<string, string>();
  /** Whether anything may be different from what it was at the start. */
  isChanged = false;

  /** Starts over with these labels, whose values are not empty. */
  reset(labels: Iterable<Label>): void {
    this.#given.clear();
    this.#set.clear();
    this.isChanged = false;
    for (const [name, value] of labels) this.#given.set(name, value);
  }

  /** '' for a label that is not there. */
  get(name: string): string {
    return this.#set.get(name) ?? this.#given.get(name) ?? '';
  }

  /** An empty value is no label. */
  set(name: string, value: string): void {
    if (this.get(name) !== value) this.isChanged = true;
    this.#given.delete(name);
    if (value === '') this.#set.delete(name);
    else this.#set.set(name, value);
  }

  delete(name: string): void {
    this.set(name, '');
  }

  /** A copy, which later changes do not touch. */
  labels(): Label[] {
    return [...this.#given, ...this.#set];
  }
}
