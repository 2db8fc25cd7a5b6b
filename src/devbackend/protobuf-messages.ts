// Loads message types from the .proto files in `proto/`, decodes messages with them, and refuses what a type does not
// define. Imports and options of a .proto file are ignored: every file is named here, so nothing is ever looked up.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** The type `name` (`package.Message`) from `files`, which are paths below `proto/`. */
export function loadProtoType(files: readonly string[], name: string): protobuf.Type {
  const root = new protobuf.Root();
  for (const file of files) {
    const text = readFileSync(new URL(`./proto/${file}`, import.meta.url), 'utf8');
    protobuf.parse(text, root, { keepCase: true });
  }
  const timestamp = protobuf.common.get('google/protobuf/timestamp.proto');
  if (timestamp?.nested) root.addJSON(timestamp.nested);
  root.resolveAll();
  return root.lookupType(name);
}

/** The bytes are not a valid message. */
export class MalformedError extends SyntaxError {
  override readonly name = 'MalformedError';
}

/** Decodes a message and keeps fields that `type` does not have, for `refuseUnknown`. Throws MalformedError. */
export function decodeMessage<T>(type: protobuf.Type, bytes: Uint8Array): T {
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    return type.decode(reader) as unknown as T;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedError(`Cannot decode write request: expected protobuf, found ${reason}`, { cause });
  }
}

/** Kept by a reader whose `discardUnknown` is false. */
export interface Unknowns {
  readonly $unknowns?: readonly Uint8Array[];
}

/** A field of the wrong wire type also counts as unknown. `where` is for the error: `a series`. */
export function refuseUnknown(message: Unknowns, where: string, version = '1.0'): void {
  const field = message.$unknowns?.[0];
  if (field === undefined) return;
  const tag = protobuf.Reader.create(field).uint32();
  throw new MalformedError(
    `Cannot decode write request: expected the fields of remote write ${version}, found field ${tag >>> 3} of wire type ${tag & 7} in ${where}`,
  );
}

/** A 64-bit integer as protobufjs decodes it: a number, or an object of the `long` package. */
export type WireInteger = number | { toNumber(): number; toBigInt(): bigint };

/** Exact up to 2^53 on both sides of zero. */
export function toNumber(integer: WireInteger): number {
  return typeof integer === 'number' ? integer : integer.toNumber();
}

export function toBigInt(integer: WireInteger): bigint {
  return typeof integer === 'number' ? BigInt(integer) : integer.toBigInt();
}
