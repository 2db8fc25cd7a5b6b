// How long the labels of an exemplar may be, in all formats
// (https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars).

/** For the names and values of an exemplar's labels together, in code points. */
export const MAX_EXEMPLAR_CHARACTERS = 128;

/** Code points of valid UTF-8: all bytes but those that continue a sequence. */
export function countCharacters(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if ((bytes[at]! & 0xc0) !== 0x80) count++;
  return count;
}
