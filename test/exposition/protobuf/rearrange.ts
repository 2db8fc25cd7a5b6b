// Writes a message in another way that means the same: fields in any order, values in pieces, lists packed, and unknown fields
// between them.
import protobuf from 'protobufjs';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { field, varint, varintField } from './family-messages.ts';

interface Field {
  readonly number: number;
  readonly bytes: Buffer;
}

const LENGTH = 2;
/** Not a field of any message here. */
const UNKNOWN = [17, 18, 100, 20_000, 536_870_911];

export function rearrange(type: protobuf.Type, message: Uint8Array, random: SeededRandom): Buffer {
  return mixed(rearrangedFields(type, message, random), random);
}

function rearrangedFields(type: protobuf.Type, message: Uint8Array, random: SeededRandom): Field[] {
  const fields = readFields(message).map((one): Field[] => {
    const known = type.fieldsById[one.number]!;
    if (!(known.resolvedType instanceof protobuf.Type)) return [one];
    const inner = rearrangedFields(known.resolvedType, contentOf(one), random);
    const at = known.repeated ? inner.length : random.nat(inner.length + 1);
    const pieces = at < inner.length ? [inner.slice(0, at), inner.slice(at)] : [inner];
    return pieces.map((piece) => ({ number: one.number, bytes: field(one.number, mixed(piece, random)) }));
  });
  return packed(type, fields.flat(), random);
}

/** The fields in any order, but those of one number in theirs; with unknown ones between them. */
function mixed(fields: readonly Field[], random: SeededRandom): Buffer {
  const order = random.shuffled(fields.map(({ number }) => number));
  const queues = new Map<number, Field[]>();
  for (const one of fields) queues.set(one.number, [...(queues.get(one.number) ?? []), one]);
  const bytes = order.flatMap((number) => [unknown(random), queues.get(number)!.shift()!.bytes]);
  return Buffer.concat([...bytes, unknown(random)]);
}

function unknown(random: SeededRandom): Buffer {
  const number = random.pick(UNKNOWN);
  switch (random.nat(12)) {
    case 0:
      return varintField(number, random.pick([0n, 300n, 2n ** 64n - 1n]));
    case 1:
      return field(number, Buffer.from('anything'));
    case 2:
      return Buffer.concat([varint(number * 8 + 1), Buffer.alloc(8, 0xff)]);
    case 3:
      return Buffer.concat([varint(number * 8 + 5), Buffer.alloc(4, 0xff)]);
    case 4:
      return Buffer.concat([
        varint(number * 8 + 3),
        unknown(random),
        unknown(random),
        varint(number * 8 + 4),
      ]);
    default:
      return Buffer.alloc(0);
  }
}

/** Joins lists of numbers into packed fields: one element each, or all of a list. */
function packed(type: protobuf.Type, fields: readonly Field[], random: SeededRandom): Field[] {
  const whole = random.coin();
  const isList = ({ number }: Field) => {
    const known = type.fieldsById[number]!;
    return known.repeated && known.resolvedType === null;
  };
  const lists = new Map<number, Buffer[]>();
  if (whole) {
    for (const one of fields.filter(isList))
      lists.set(one.number, [...(lists.get(one.number) ?? []), one.bytes.subarray(1)]);
  }
  const rest = fields
    .filter((one) => !whole || !isList(one))
    .map((one) =>
      isList(one) && random.coin() ? { ...one, bytes: field(one.number, one.bytes.subarray(1)) } : one,
    );
  return [...rest, ...[...lists].map(([number, bytes]) => ({ number, bytes: field(number, ...bytes) }))];
}

function readFields(message: Uint8Array): Field[] {
  const reader = protobuf.Reader.create(message);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    reader.skipType(tag & 7);
    fields.push({ number: tag >>> 3, bytes: Buffer.from(message.subarray(start, reader.pos)) });
  }
  return fields;
}

function contentOf({ bytes }: Field): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const tag = reader.uint32();
  if ((tag & 7) !== LENGTH) throw new Error('BUG: a message has a length');
  return reader.bytes();
}
