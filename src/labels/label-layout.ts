// In which order the labels of a series leave: the body's own, the fixed ones and `__name__`, merged by the bytes of
// their names. Worked out once for each shape and set of fixed names.
import { compareRanges } from '../wire/words.ts';
import { METRIC_LABEL } from './encoded-labels.ts';
import type { FixedLabels } from './fixed-labels.ts';
import type { LabelSet } from './label-set.ts';

/** A slot for the metric name. A slot from 0 on is a label of the set; one below METRIC_SLOT is a fixed label. */
export const METRIC_SLOT = -1;

/** The fixed label of a slot below METRIC_SLOT. */
export function fixedOfSlot(slot: number): number {
  return -2 - slot;
}

/** The slots of a series with these labels, in order. Labels with an empty value are left out. */
export function layOutLabels(labels: LabelSet, fixed: FixedLabels): number[] {
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
  const behindMetric = slots.findIndex((slot) => isBehindMetric(labels, fixed, slot));
  slots.splice(behindMetric < 0 ? slots.length : behindMetric, 0, METRIC_SLOT);
  return slots;
}

function present(labels: LabelSet): number[] {
  return [...labels.shape.order].filter((label) => labels.valueStart[label] !== labels.valueEnd[label]);
}

function isBehindMetric(labels: LabelSet, fixed: FixedLabels, slot: number): boolean {
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
