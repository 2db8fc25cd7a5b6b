// One series is larger than any request to a backend may be.

export class SeriesTooLargeError extends RangeError {
  /** `series` is for people, such as `of exposition line 7`. */
  constructor(series: string, maxBytes: number, bytes: number) {
    super(`Cannot forward series ${series}: expected at most ${maxBytes} bytes, found ${bytes}`);
  }
}
