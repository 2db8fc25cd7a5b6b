// Rules for names and exemplar labels that all formats share. Names have the classic character set, or are any UTF-8 if
// `utf8Names` is true
// (https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels).
import { isLabelName, isMetricName } from '../wire/ascii.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import { show } from './exposition-error.ts';

/** A parser that can refuse the body at its current place. */
export interface Refuser {
  readonly arena: ByteArena;
  fail(problem: string): never;
}

const UNDERSCORE = 95;

export function checkMetricName(refuser: Refuser, start: number, end: number, utf8Names: boolean): void {
  const { bytes } = refuser.arena;
  if (isMetricName(bytes, start, end) || (utf8Names && end > start)) return;
  refuser.fail(`expected a metric name, found ${show(bytes, start, end)}${hint(utf8Names)}`);
}

export function checkLabelName(refuser: Refuser, start: number, end: number, utf8Names: boolean): void {
  const { bytes } = refuser.arena;
  if (!isLabelName(bytes, start, end) && !(utf8Names && end > start)) {
    refuser.fail(`expected a label name, found ${show(bytes, start, end)}${hint(utf8Names)}`);
  }
  if (end - start >= 2 && bytes[start] === UNDERSCORE && bytes[start + 1] === UNDERSCORE) {
    refuser.fail(`expected a label name that does not begin with "__", found ${show(bytes, start, end)}`);
  }
}

function hint(utf8Names: boolean): string {
  return utf8Names ? '' : ' (other characters need utf8Names: true)';
}

/**
 * Bound on the names and values of an exemplar's labels together, in code points
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars).
 */
export const MAX_EXEMPLAR_CHARACTERS = 128;

/** Code points of valid UTF-8: all bytes but those that continue a sequence. */
export function countCharacters(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if ((bytes[at]! & 0xc0) !== 0x80) count++;
  return count;
}
