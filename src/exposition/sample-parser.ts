// The one face of all formats' parsers: transcode pulls sample after sample out of a loaded body.
import type { LabelSet } from '../labels/label-set.ts';
import type { FamilyTable } from './family-table.ts';

export interface SampleParser {
  /** The families seen so far, with TYPE and HELP. */
  readonly families: FamilyTable;
  /** The sample that `next` read last: its labels and value, and its timestamp where `hasTimestamp` is true. */
  readonly labels: LabelSet;
  hasTimestamp: boolean;
  /** The entry of `families` that it belongs to, and which part of it. */
  family: number;
  role: number;
  /** Counted from 1. */
  line: number;

  /** Starts at the beginning of the body that the arena holds. */
  start(): void;
  /** Reads the next sample; false at the end. Throws ExpositionError. */
  next(): boolean;
  /** Refuses the body at the line read last. */
  fail(problem: string): never;
}
