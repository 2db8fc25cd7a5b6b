// `lineEndings: lenient`: makes what Windows tools send into what the strict parser takes.
import { CR, LF } from '../wire/ascii.ts';
import type { ByteArena } from '../wire/byte-arena.ts';

/** Rewrites CR LF as LF and adds a missing last LF, in place. */
export function toStrictLines(arena: ByteArena): void {
  const { bytes } = arena;
  let end = arena.bodyEnd;
  let from = bytes.subarray(0, end).indexOf(CR);
  if (from >= 0) {
    let to = from;
    for (; from < end; from++) {
      if (bytes[from] !== CR || bytes[from + 1] !== LF) bytes[to++] = bytes[from]!;
    }
    end = to;
  }
  if (end > 0 && bytes[end - 1] !== LF) bytes[end++] = LF;
  if (end !== arena.bodyEnd) arena.setBodyEnd(end);
}
