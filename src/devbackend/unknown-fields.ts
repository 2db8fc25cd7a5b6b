// Holds a decoded message against its definition: what the definition does not have is an error and never skipped.
import protobuf from 'protobufjs';
import { MalformedError } from './snappy-block.ts';

/** Kept by a reader whose `discardUnknown` is false. */
export interface Unknowns {
  readonly $unknowns?: readonly Uint8Array[];
}

/** Fields of the wrong wire type are among the unknown ones, too. `where` is such as `a series`. */
export function refuseUnknown(message: Unknowns, where: string, version = '1.0'): void {
  const field = message.$unknowns?.[0];
  if (field === undefined) return;
  const tag = protobuf.Reader.create(field).uint32();
  throw new MalformedError(
    `Cannot decode write request: expected the fields of remote write ${version}, found field ${tag >>> 3} of wire type ${tag & 7} in ${where}`,
  );
}
