// The interface of the parsers of all formats. The transcoder pulls one sample after another out of a loaded body.
import type { ExemplarSet } from '../labels/exemplar-set.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { NativeHistogram } from '../labels/native-histogram.ts';
import type { FamilyTable } from './family-table.ts';

/**
 * Where a series of a classic histogram comes from. `alone`: there is no native histogram with the same name and labels.
 * `pushed`: both were pushed. `derived`: only the native one was pushed with buckets, and the classic one is made of its
 * count and sum.
 */
export const ClassicOrigin = { alone: 0, pushed: 1, derived: 2 } as const;
export type ClassicOrigin = (typeof ClassicOrigin)[keyof typeof ClassicOrigin];

export interface SampleParser {
  /** The families seen so far, with TYPE, HELP and UNIT. */
  readonly families: FamilyTable;
  /** The sample that `next` read last: its labels and value, and its timestamp if `hasTimestamp` is true. */
  readonly labels: LabelSet;
  /** Its exemplars; usually none. */
  readonly exemplars: ExemplarSet;
  /** If it is a native histogram, this takes the place of the value. */
  readonly histogram: NativeHistogram | undefined;
  /** Whether `next` also gives a native histogram of the same name and labels. */
  readonly classicOrigin: ClassicOrigin;
  readonly hasTimestamp: boolean;
  /** The entry of `families` that it belongs to, and its role there. */
  readonly family: number;
  readonly role: number;
  /** When its counting began, in ms; NaN if its metric does not say. */
  readonly createdMs: number;
  /** Whether `+Inf` buckets that a body leaves out still have to be made of the counts. */
  readonly leavesOutInfinity: boolean;
  /** How many native histograms no backend could be sent; `next` gives only their classic series. */
  readonly unsendableHistograms: number;
  /** In text, where the value and the next line begin in the arena; 0 in protobuf. */
  readonly valueStart: number;
  readonly position: number;
  /** Its place in the body, for `placeOf`: a number that never falls. */
  readonly line: number;

  /** Starts at the beginning of the body that the arena holds. */
  start(): void;
  /** Reads the next sample; false at the end. Throws ExpositionError. */
  next(): boolean;
  /** Describes the place `line` for a message. */
  placeOf(line: number): string;
  /** Refuses the body at the line read last. */
  fail(problem: string): never;
}
