// One body for a topic of the OpenMetrics project's own parser cases: what Sluice must make of it, and what the
// specification says if it differs.

export type Verdict = 'taken' | 'refused';

export interface OpenMetricsCase {
  readonly topic: string;
  /** All lines but the last, which is `# EOF` and a line feed. */
  readonly text: string;
  readonly ours: Verdict;
  /** Of the specification. Sluice is strict on how a body is written, and lenient on what its samples say. */
  readonly specified: Verdict;
}

/** A function that makes the cases of a topic, all with these verdicts. */
export function casesThatAre(ours: Verdict, specified: Verdict) {
  return (topic: string, ...texts: readonly string[]): OpenMetricsCase[] =>
    texts.map((text) => ({ topic, text, ours, specified }));
}
