// The known fields of a Protocol Buffers message, so that one with a wrong wire type is refused and an unknown one is not.

export const WireType = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

export interface MessageFields {
  /** For error messages. */
  readonly name: string;
  /** The tags of all its fields: number and wire type. A field that may be packed has both tags. */
  readonly tags: readonly number[];
}

const SHOWN = ['a varint', '64 bits', 'a length and bytes', 'a group', 'the end of a group', '32 bits'];

/** Refuses the field of `tag` if `message` has a field with its number. Other fields are unknown, and are allowed. */
export function refuseWireType(
  refuser: { fail(problem: string): never },
  tag: number,
  { name, tags }: MessageFields,
): void {
  for (const known of tags) {
    if (known >>> 3 !== tag >>> 3) continue;
    refuser.fail(
      `expected field ${tag >>> 3} of ${name} as ${SHOWN[known & 7]}, found it as ${SHOWN[tag & 7]}`,
    );
  }
}

/** An unsigned 64-bit number for a message. */
export function shownInteger(low: number, high: number): string {
  return high === 0 ? String(low) : String((BigInt(high) << 32n) | BigInt(low));
}
