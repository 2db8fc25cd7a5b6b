// What series with the same label names have in common: for each label the fixed labels that go before it, and the bytes of
// its tags and name. Only values have to be added. Made once for each list of names and set of fixed names. Labels leave
// sorted by the bytes of their names: the body's own, the fixed ones and `__name__`, merged.
import { labelLength, METRIC_LABEL } from '../labels/encoded-labels.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import type { LabelSet, LabelShape } from '../labels/label-set.ts';
import { compareRanges, hashRange, SLACK } from '../wire/byte-ranges.ts';
import { varintLength, writeVarint } from '../wire/varint.ts';
import { LabelTag, TimeSeriesTag } from '../wire/write-request-tags.ts';

/** A slot of a step that only writes fixed labels. */
export const NO_VALUE = -2;

/** Lengths below this are one byte. */
const ONE_BYTE = 128;

/** A series is written in steps: fixed labels `[fixedFrom, fixedTo)`, then the header and value of one label. */
export interface SeriesTemplate {
  readonly shape: LabelShape;
  readonly layout: number;
  readonly steps: number;
  /** A label of the set, METRIC_SLOT or NO_VALUE. */
  readonly slots: Int32Array;
  readonly fixedFrom: Int32Array;
  readonly fixedTo: Int32Array;
  /** Where each step's header begins in `bytes`: tag, length, name field, tag of the value. */
  readonly headerStart: Int32Array;
  readonly headerEnd: Int32Array;
  /** The least value length with which a header's two lengths are no longer one byte each. */
  readonly longFrom: Int32Array;
  readonly nameHash: Int32Array;
  /** For the encoder: where the value hashed last begins, and what it adds to the hash. */
  readonly hashedStart: Int32Array;
  readonly share: Int32Array;
  readonly bytes: Buffer;
  readonly view: DataView;
}

interface Step {
  readonly slot: number;
  readonly fixedFrom: number;
  readonly fixedTo: number;
}

/** The template for series with the names and empty values of `labels`. */
export function makeTemplate(labels: LabelSet, fixed: FixedLabels): SeriesTemplate {
  const steps = toSteps(layOutLabels(labels, fixed));
  const names = steps.map(({ slot }) => nameOf(labels, slot));
  const headers = steps.map(({ slot }, i) => (slot === NO_VALUE ? Buffer.alloc(0) : makeHeader(names[i]!)));
  const bytes = Buffer.concat([...headers, Buffer.alloc(SLACK)]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = 0;
  const headerEnd = Int32Array.from(headers, (header) => (end += header.length));
  const headerStart = headerEnd.map((at, i) => at - headers[i]!.length);
  return {
    shape: labels.shape,
    layout: fixed.layout,
    steps: steps.length,
    slots: Int32Array.from(steps, ({ slot }) => slot),
    fixedFrom: Int32Array.from(steps, ({ fixedFrom }) => fixedFrom),
    fixedTo: Int32Array.from(steps, ({ fixedTo }) => fixedTo),
    headerStart,
    headerEnd,
    longFrom: Int32Array.from(names, (name) => Math.max(0, ONE_BYTE - labelLength(name.length, 0))),
    nameHash: Int32Array.from(names, (name, i) => {
      const nameAt = headerStart[i]! + 3 + varintLength(name.length);
      return name.length === 0 ? 0 : hashRange(view, nameAt, name.length);
    }),
    hashedStart: new Int32Array(steps.length).fill(-1),
    share: new Int32Array(steps.length),
    bytes,
    view,
  };
}

function toSteps(slots: readonly number[]): Step[] {
  const steps: Step[] = [];
  let fixedFrom = 0;
  let fixedTo = 0;
  const flush = (slot: number) => {
    if (slot !== NO_VALUE || fixedTo > fixedFrom) steps.push({ slot, fixedFrom, fixedTo });
    fixedFrom = fixedTo;
  };
  for (const slot of slots) {
    if (slot >= METRIC_SLOT) {
      flush(slot);
      continue;
    }
    const fixed = fixedOfSlot(slot);
    if (fixed !== fixedTo) {
      flush(NO_VALUE);
      fixedFrom = fixed;
    }
    fixedTo = fixed + 1;
  }
  flush(NO_VALUE);
  return steps;
}

function nameOf(labels: LabelSet, slot: number): Buffer {
  if (slot === NO_VALUE) return Buffer.alloc(0);
  if (slot === METRIC_SLOT) return METRIC_LABEL;
  return labels.arena.bytes.subarray(labels.nameStart[slot], labels.nameEnd[slot]);
}

/** The bytes of a label up to the length of its value, with the length that the label has with an empty value. */
function makeHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(4 + varintLength(name.length) + name.length);
  header[0] = TimeSeriesTag.labels;
  header[1] = Math.min(labelLength(name.length, 0), ONE_BYTE - 1);
  header[2] = LabelTag.name;
  name.copy(header, writeVarint(header, 3, name.length));
  header[header.length - 1] = LabelTag.value;
  return header;
}

/** A slot for the metric name. A slot from 0 on is a label of the set; one below METRIC_SLOT is a fixed label. */
export const METRIC_SLOT = -1;

/** The fixed label of a slot below METRIC_SLOT. */
function fixedOfSlot(slot: number): number {
  return -2 - slot;
}

/** The slots of a series with these labels, in order. Labels with an empty value are left out. */
function layOutLabels(labels: LabelSet, fixed: FixedLabels): number[] {
  const slots: number[] = [];
  const own = labels.hasEmpty ? present(labels) : [...labels.shape.order];
  let at = 0;
  for (let i = 0; i < fixed.names.length; i++) {
    const name = fixed.names[i]!;
    while (at < own.length && compareName(labels, own[at]!, name) < 0) slots.push(own[at++]!);
    const isPushed = at < own.length && compareName(labels, own[at]!, name) === 0;
    slots.push(isPushed && !fixed.overrides[i] ? own[at]! : -2 - i);
    if (isPushed) at++;
  }
  slots.push(...own.slice(at));
  const afterMetric = slots.findIndex((slot) => isAfterMetric(labels, fixed, slot));
  slots.splice(afterMetric < 0 ? slots.length : afterMetric, 0, METRIC_SLOT);
  return slots;
}

function present(labels: LabelSet): number[] {
  return [...labels.shape.order].filter((label) => labels.valueStart[label] !== labels.valueEnd[label]);
}

function isAfterMetric(labels: LabelSet, fixed: FixedLabels, slot: number): boolean {
  if (slot >= 0) return compareName(labels, slot, METRIC_LABEL) > 0;
  return Buffer.compare(fixed.names[fixedOfSlot(slot)]!, METRIC_LABEL) > 0;
}

function compareName(labels: LabelSet, label: number, name: Buffer): number {
  return compareRanges(
    labels.arena.bytes,
    labels.nameStart[label]!,
    labels.nameEnd[label]!,
    name,
    0,
    name.length,
  );
}
