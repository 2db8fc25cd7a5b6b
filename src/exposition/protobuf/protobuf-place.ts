// Where in a body of MetricFamily messages a byte stands, for people: the family and the metric. Reads the body anew up to
// there, since a refused push is the only one that asks; whatever may be broken in it is only left out of the answer.
import type { ByteArena } from '../../wire/byte-arena.ts';
import { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { show } from '../exposition-error.ts';
import { FamilyField } from './protobuf-fields.ts';

class UnreadableError extends SyntaxError {}

const REFUSER = {
  fail(problem: string): never {
    throw new UnreadableError(problem);
  },
};

/** `place` is where a family's length begins, or a metric's tag. */
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

/** Names the family that the reader has the range of; undefined where it has no name that can be read. */
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
