// The last line of an OpenMetrics body, `# EOF` with or without its line feed, which shows that the body is whole
// (https://prometheus.io/docs/specs/om/open_metrics_spec/#overall-structure).
import { LF } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { compareRanges } from '../../wire/words.ts';

const EOF_LINE = Buffer.from('# EOF');

/** Ends the body before its last line where that is `# EOF`; false, and the body as it was, where it is not. */
export function cutEof(arena: ByteArena): boolean {
  const { bytes, bodyEnd } = arena;
  const end = bodyEnd > 0 && bytes[bodyEnd - 1] === LF ? bodyEnd - 1 : bodyEnd;
  const start = end - EOF_LINE.length;
  if (start < 0 || (start > 0 && bytes[start - 1] !== LF)) return false;
  if (compareRanges(bytes, start, end, EOF_LINE, 0, EOF_LINE.length) !== 0) return false;
  arena.setBodyEnd(start);
  return true;
}
