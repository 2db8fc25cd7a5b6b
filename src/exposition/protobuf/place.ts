// What the message about a refused protobuf body needs: in which family and metric the fault is, and whether the body looks
// like text that was sent under the wrong content type. Both read the body again, and neither fails on a broken one.

import { BYTE_CLASS, CR, HASH, LF, METRIC_START, OPEN_BRACE, SPACE, TAB } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { show } from '../exposition-error.ts';
import { FamilyField } from './fields.ts';

class UnreadableError extends SyntaxError {}

const REFUSER = {
  fail(problem: string): never {
    throw new UnreadableError(problem);
  },
};

/** Describes the family and metric at `place`, which is where a family's length or a metric's tag begins. */
export function describeProtobufPlace(arena: ByteArena, place: number): string {
  const reader = new ProtobufReader(arena, REFUSER);
  let family = 0;
  try {
    for (;;) {
      family++;
      reader.readLength(arena.bodyEnd);
      if (place < reader.end) return describeFamily(arena, reader, place) ?? `family ${family}`;
      reader.at = reader.end;
    }
  } catch (error) {
    if (error instanceof UnreadableError) return `family ${family}`;
    throw error;
  }
}

/** Names the family whose range the reader holds; undefined if it has no readable name. */
function describeFamily(arena: ByteArena, reader: ProtobufReader, place: number): string | undefined {
  const { end } = reader;
  let name: string | undefined;
  let metrics = 0;
  try {
    for (let at = reader.at, tag = reader.next(end); tag !== 0; at = reader.at, tag = reader.next(end)) {
      if (tag === FamilyField.name) name = show(arena.bytes, reader.start, reader.end);
      if (tag === FamilyField.metric && at <= place) metrics++;
    }
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
  }
  if (name === undefined) return undefined;
  return metrics > 0 ? `family ${name}, metric ${metrics}` : `family ${name}`;
}

/** A message of this length contains control characters: short lengths, and nearly all tags. */
const CHECKED_BYTES = 256;

/** Guesses whether a body that is not a Protocol Buffers message is text. */
export function looksLikeText(bytes: Uint8Array, end: number): boolean {
  const first = bytes[0]!;
  const isStart =
    first === HASH || first === OPEN_BRACE || isBlank(first) || (BYTE_CLASS[first]! & METRIC_START) !== 0;
  if (!isStart || end === 0) return false;
  for (let at = 0; at < Math.min(end, CHECKED_BYTES); at++) {
    if (bytes[at]! < SPACE && !isBlank(bytes[at]!)) return false;
  }
  return true;
}

function isBlank(byte: number): boolean {
  return byte === LF || byte === CR || byte === TAB || byte === SPACE;
}
