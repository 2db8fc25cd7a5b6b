// Checks between the keys of one mapping. They run even if single keys are wrong, so that all problems show at once. For that
// reason they take values as unknown, and ignore any that is not of its final type.
import type * as z from 'zod';
import { describeValue } from '../describe-value.ts';

type Context = z.core.$RefinementCtx<unknown>;
type CrossCheck = (value: unknown, context: Context) => void;

export const ALWAYS = { when: () => true };

export function refuse(context: Context, path: (string | number)[], expected: string, found: string): void {
  context.addIssue({ code: 'custom', path, message: `expected ${expected}, found ${found}` });
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** `lower` must not be above `upper`, both numbers of `unit`. */
export function notAbove(lower: string, upper: string, unit: 'ms' | 'bytes'): CrossCheck {
  return (value, context) => {
    const { [lower]: low, [upper]: high } = fieldsOf(value);
    if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return;
    refuse(context, [lower], `at most ${upper}, which is ${high} ${unit}`, `${low} ${unit}`);
  };
}

export function exactlyOne(first: string, second: string): CrossCheck {
  return (value, context) => {
    const fields = fieldsOf(value);
    const count = Number(first in fields) + Number(second in fields);
    if (typeof value !== 'object' || value === null || count === 1) return;
    refuse(
      context,
      count === 0 ? [] : [second],
      `one of ${first} and ${second}`,
      count === 0 ? 'neither' : 'both',
    );
  };
}

export function together(first: string, second: string): CrossCheck {
  return (value, context) => {
    const fields = fieldsOf(value);
    if (first in fields === second in fields) return;
    const [given, missing] = first in fields ? [first, second] : [second, first];
    refuse(context, [given], `${missing} next to ${given}`, `only ${given}`);
  };
}

/** No two items may have the same `key`; items that are not text are ignored. */
export function uniqueTexts(
  texts: readonly unknown[],
  onRepeat: (at: number, firstAt: number) => void,
): void {
  const firstAt = new Map<string, number>();
  texts.forEach((text, at) => {
    if (typeof text !== 'string') return;
    const first = firstAt.get(text);
    if (first === undefined) firstAt.set(text, at);
    else onRepeat(at, first);
  });
}

/** Refuses `value` with its own sentence and ends the parsing of it. */
export function refuseValue(context: Context, expected: string, value: unknown): void {
  refuse(context, [], expected, describeValue(value));
}
