// Reads Protocol Buffers field by field (https://protobuf.dev/programming-guides/encoding/). The content of the field
// read last is in properties of the reader: no object per field. Invariant: `at` never passes the limit, whatever a length says.
import { isUtf8 } from 'node:buffer';
import type { ByteArena } from './byte-arena.ts';
import { toUnsigned } from './protobuf-int64.ts';

/** Refuses what is being read. */
export interface FieldRefuser {
  fail(problem: string): never;
}

/** Groups are long out of use; this is only a bound on hostile ones. */
const MAX_GROUP_DEPTH = 100;
const END = 0;

export class ProtobufReader {
  readonly #arena: ByteArena;
  readonly #refuser: FieldRefuser;
  readonly #groups = new Uint32Array(MAX_GROUP_DEPTH);
  /** Where the next field begins. */
  at = 0;
  /** The content of a field with a length, or of one of fixed size. */
  start = 0;
  end = 0;
  /** The value of a varint: its low and high 32 bits, both unsigned. */
  low = 0;
  high = 0;

  constructor(arena: ByteArena, refuser: FieldRefuser) {
    this.#arena = arena;
    this.#refuser = refuser;
  }

  /**
   * Reads the next field before `limit`, all of it, a whole group too. Returns its tag (field number and
   * wire type), or 0 at the limit.
   */
  next(limit: number): number {
    if (this.at >= limit) return END;
    const tag = this.#tag(limit);
    switch (tag & 7) {
      case WireType.varint:
        this.readVarint(limit);
        return tag;
      case WireType.bytes:
        this.readLength(limit);
        this.at = this.end;
        return tag;
      case WireType.groupStart:
        this.#skipGroup(tag >>> 3, limit);
        return tag;
      default:
        this.#fixed(tag, limit);
        return tag;
    }
  }

  /** The double of a field of 64 bits. */
  double(): number {
    return this.#arena.view.getFloat64(this.start, true);
  }

  /** Passes over the field read last, unless `message` knows it, with another wire type. */
  passOver(tag: number, message: MessageFields): void {
    refuseWireType(this.#refuser, tag, message);
  }

  /** Reads the length at `at`. Then `start` and `end` enclose the content, and `at` is where it starts. */
  readLength(limit: number): void {
    this.readVarint(limit);
    const available = limit - this.at;
    if (this.high !== 0 || this.low > available) {
      this.#fail(`expected ${shownInteger(this.low, this.high)} bytes more, found ${available}`);
    }
    this.start = this.at;
    this.end = this.at + this.low;
  }

  /** Reads the varint at `at`. */
  readVarint(limit: number): void {
    const byte = this.#arena.bytes[this.at]!;
    if (byte > 127 || this.at >= limit) {
      this.#longVarint(limit);
      return;
    }
    this.low = byte;
    this.high = 0;
    this.at++;
  }

  #longVarint(limit: number): void {
    const { bytes } = this.#arena;
    let at = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= limit) this.#fail('expected a whole varint, found it cut off');
      const byte = bytes[at++]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift === 63 && bits > 1) break;
      else high |= bits << (shift - 32);
      if (byte > 127) continue;
      this.low = low >>> 0;
      this.high = high >>> 0;
      this.at = at;
      return;
    }
    this.#fail('expected a varint of at most 64 bits, found a longer one');
  }

  #tag(limit: number): number {
    const tag = this.#arena.bytes[this.at]!;
    if (tag < 8 || tag > 127) return this.#longTag(limit);
    this.at++;
    return tag;
  }

  #longTag(limit: number): number {
    this.readVarint(limit);
    const { low, high } = this;
    if (high === 0 && low > 7) return low;
    const field = Math.floor(toUnsigned(low, high) / 8);
    return this.#fail(`expected a field number from 1 to 536870911, found ${field}`);
  }

  #fixed(tag: number, limit: number): void {
    const wireType = tag & 7;
    if (wireType === WireType.groupEnd)
      this.#fail('expected the start of a group before its end, found only the end');
    if (wireType > WireType.fixed32) this.#fail(`expected a wire type from 0 to 5, found ${wireType}`);
    const length = wireType === WireType.fixed64 ? 8 : 4;
    if (length > limit - this.at) this.#fail(`expected ${length} bytes more, found ${limit - this.at}`);
    this.start = this.at;
    this.end = this.at + length;
    this.at = this.end;
  }

  #skipGroup(field: number, limit: number): void {
    const groups = this.#groups;
    groups[0] = field;
    for (let depth = 1; depth > 0; ) {
      if (this.at >= limit) this.#fail(`expected the end of group ${groups[depth - 1]}, found it cut off`);
      const tag = this.#tag(limit);
      switch (tag & 7) {
        case WireType.groupStart:
          if (depth === MAX_GROUP_DEPTH)
            this.#fail(`expected groups at most ${MAX_GROUP_DEPTH} deep, found more`);
          groups[depth++] = tag >>> 3;
          break;
        case WireType.groupEnd:
          if (groups[--depth] !== tag >>> 3)
            this.#fail(`expected the end of group ${groups[depth]}, found that of group ${tag >>> 3}`);
          break;
        case WireType.varint:
          this.readVarint(limit);
          break;
        case WireType.bytes:
          this.readLength(limit);
          this.at = this.end;
          break;
        default:
          this.#fixed(tag, limit);
      }
    }
  }

  #fail(problem: string): never {
    return this.#refuser.fail(problem);
  }
}

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
function refuseWireType(refuser: FieldRefuser, tag: number, { name, tags }: MessageFields): void {
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

const HIGH_BITS = 0x80808080;

/** Four bytes at a time as long as all are ASCII, as they mostly are. */
export function isUtf8Range(bytes: Buffer, view: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    if ((view.getInt32(at) & HIGH_BITS) !== 0) return isUtf8(bytes.subarray(start, end));
  }
  for (; at < end; at++) if (bytes[at]! > 127) return isUtf8(bytes.subarray(start, end));
  return true;
}
