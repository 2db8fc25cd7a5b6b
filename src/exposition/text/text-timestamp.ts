// The optional timestamp behind a value: a whole number of milliseconds since the epoch.
import { type LabelSet, TIMESTAMP_MS } from '../../labels/label-set.ts';
import { BYTE_CLASS, TOKEN_END } from '../../wire/ascii.ts';
import { show, showByte } from '../exposition-error.ts';
import type { Refuser } from '../name-rules.ts';

const WHOLE_NUMBER = /^[+-]?[0-9]{1,40}$/;

interface TimestampContext extends Refuser {
  readonly labels: LabelSet;
  hasTimestamp: boolean;
}

/** Reads the timestamp at `start` into the context; returns where it ends. */
export function scanTimestamp(context: TimestampContext, start: number, limit: number): number {
  const { bytes } = context.arena;
  let end = start;
  while (end < limit && (BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0) end++;
  const token = end - start <= 41 ? bytes.toString('latin1', start, end) : '';
  const timestampMs = WHOLE_NUMBER.test(token) ? Number(token) : NaN;
  if (!Number.isSafeInteger(timestampMs)) {
    const found = end === start ? showByte(bytes, start, limit) : show(bytes, start, end);
    context.fail(
      `expected a timestamp in whole milliseconds or the end of the line after the value, found ${found}`,
    );
  }
  // Minus zero is zero.
  context.labels.sample[TIMESTAMP_MS] = timestampMs + 0;
  context.hasTimestamp = true;
  return end;
}
