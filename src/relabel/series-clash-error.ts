// Relabeling made one series of two of a push: which of their samples is meant cannot be known.

export class SeriesClashError extends SyntaxError {
  /** Both as people write them: what the rules made, and of what they made it the second time. */
  constructor(made: string, from: string) {
    super(
      `Cannot relabel push: expected metricRelabelConfigs to keep its series apart, found ${made} again, made of ${from}`,
    );
  }
}
