// What the backend of a chaos run took, in order: only requests that it answered with 2xx. Plain values that a thread can
// hand over.

/** How many numbers a sample takes in `TakenRequest.samples`. */
export const FIELDS_PER_SAMPLE = 3;

/** Says which start of the program sent a request: what one sent before its kill may be read after the next start. */
export const START_HEADER = 'x-chaos-start';

export interface TakenRequest {
  /** Counts the backend's connections from 1. */
  readonly connection: number;
  /** Counts the starts of the program that sent it, from 1. */
  readonly generation: number;
  /** Before it was answered, on the clock of `monotonicMs`. */
  readonly takenAtMs: number;
  /** For each sample: the index of its series in `TakenSamples.series`, its value, its timestamp. */
  readonly samples: Float64Array;
}

export interface TakenSamples {
  /** `instance/part`: who pushed, and which of the series of a push it is. */
  readonly series: readonly string[];
  readonly requests: readonly TakenRequest[];
  /** Descriptions of requests that were not remote write. */
  readonly violations: readonly string[];
}
