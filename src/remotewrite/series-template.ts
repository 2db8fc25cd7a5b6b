// What series of one shape have in common, so that each is two copies a label: before each value the run of fixed labels,
// then the tags and name of the value's own label. Made once for each shape and set of fixed names.
import { labelLength, METRIC_LABEL } from '../labels/encoded-labels.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { fixedOfSlot, layOutLabels, METRIC_SLOT } from '../labels/label-layout.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { LabelShape } from '../labels/label-shape.ts';
import { varintLength, writeVarint } from '../wire/varint.ts';
import { hashRange, SLACK } from '../wire/words.ts';
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
  /** For the encoder: where the value hashed last begins, and its share of the hash. */
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

/** The bytes of a label up to the length of its value, with the length that it has with an empty one. */
function makeHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(4 + varintLength(name.length) + name.length);
  header[0] = TimeSeriesTag.labels;
  header[1] = Math.min(labelLength(name.length, 0), ONE_BYTE - 1);
  header[2] = LabelTag.name;
  name.copy(header, writeVarint(header, 3, name.length));
  header[header.length - 1] = LabelTag.value;
  return header;
}
