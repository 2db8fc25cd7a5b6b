// The one face of all formats' parsers: transcode pulls sample after sample out of a loaded body.
import type { ExemplarSet } from '../labels/exemplar-set.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { NativeHistogram } from '../labels/native-histogram.ts';
import type { FamilyTable } from './family-table.ts';

/**
 * How a series of a classic histogram stands to a native one with the same name and labels: there is none; both were
 * pushed; or only the native one was pushed with buckets, and the classic one is its count, sum and `+Inf` bucket.
 */
export const Twin = { none: 0, pushed: 1, made: 2 } as const;
export type ClassicTwin = (typeof Twin)[keyof typeof Twin];

export interface SampleParser {
  /** The families seen so far, with TYPE, HELP and UNIT. */
  readonly families: FamilyTable;
  /** The sample that `next` read last: its labels and value, and its timestamp where `hasTimestamp` is true. */
  readonly labels: LabelSet;
  /** Its exemplars; mostly none. */
  readonly exemplars: ExemplarSet;
  /** Where this is there, what was read last is a native histogram and not a value. */
  readonly histogram: NativeHistogram | undefined;
  /** Whether it is a part of a histogram that `next` gives natively, too. */
  readonly twin: ClassicTwin;
  readonly hasTimestamp: boolean;
  /** The entry of `families` that it belongs to, and which part of it. */
  readonly family: number;
  readonly role: number;
  /** When its counting began, in ms; NaN where its metric does not say. */
  readonly createdMs: number;
  /** Whether `+Inf` buckets that a body leaves out still have to be made from the counts. */
  readonly leavesOutInfinity: boolean;
  /** Native histograms that no backend could be sent, so that `next` gives only what is classic of them. */
  readonly unsendableHistograms: number;
  /** In text, where the value begins and where the next line does; both mean nothing in other formats. */
  readonly valueStart: number;
  readonly position: number;
  /** Where in the body it stands, as a number that later samples have larger: for `placeOf`. */
  readonly line: number;

  /** Starts at the beginning of the body that the arena holds. */
  start(): void;
  /** Reads the next sample; false at the end. Throws ExpositionError. */
  next(): boolean;
  /** For people: where `line` is. */
  placeOf(line: number): string;
  /** Refuses the body at the line read last. */
  fail(problem: string): never;
}
