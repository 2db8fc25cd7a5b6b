// Base-128 varints of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/#varints), up to 2^53 - 1.

/** Bytes that a negative `int64` takes. */
const NEGATIVE_BYTES = 10;

/** Bytes that `value` (a whole number from 0 to 2^53 - 1) takes. */
export function varintLength(value: number): number {
  let length = 1;
  let rest = value;
  while (rest > 127) {
    rest = Math.floor(rest / 128);
    length++;
  }
  return length;
}

/** Writes `value` (a whole number from 0 to 2^53 - 1) and returns where the next byte goes. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest > 0x7fffffff) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Bytes that a whole number between -2^53 and 2^53 takes as protobuf's int64. */
export function int64Length(value: number): number {
  return value < 0 ? NEGATIVE_BYTES : varintLength(value);
}

/** Writes a whole number between -2^53 and 2^53 as protobuf's int64 (two's complement). */
export function writeInt64(bytes: Uint8Array, at: number, value: number): number {
  return value < 0
    ? writeBigVarint(bytes, at, BigInt.asUintN(64, BigInt(value)))
    : writeVarint(bytes, at, value);
}

/** Writes an unsigned 64-bit value. */
function writeBigVarint(bytes: Uint8Array, at: number, value: bigint): number {
  let rest = value;
  while (rest > 127n) {
    bytes[at++] = Number(rest & 127n) | 128;
    rest >>= 7n;
  }
  bytes[at++] = Number(rest);
  return at;
}

/** Writes an unsigned 64-bit value given as its low and high 32 bits. */
export function writeVarint64(bytes: Uint8Array, at: number, low: number, high: number): number {
  let restLow = low >>> 0;
  let restHigh = high >>> 0;
  while (restHigh > 0 || restLow > 127) {
    bytes[at++] = (restLow & 127) | 128;
    restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
  }
  bytes[at++] = restLow;
  return at;
}

/** A signed 32-bit number as protobuf's `sint32` encodes it: numbers near zero take few bytes. */
export function zigzag32(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** Where the varint at `at` ends, exclusive. */
export function varintEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while ((bytes[end] ?? 0) > 127) end++;
  return end + 1;
}

/** The value of the varint at `at`; only for bytes that this program wrote, at most 2^53 - 1. */
export function readVarint(bytes: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (let i = at; ; i++) {
    const byte = bytes[i] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

/** The value of the `int64` at `at`, which is between -2^53 and 2^53; only for bytes that this program wrote. */
export function readInt64(bytes: Uint8Array, at: number): number {
  if (varintEnd(bytes, at) - at < NEGATIVE_BYTES) return readVarint(bytes, at);
  let value = 0n;
  for (let i = NEGATIVE_BYTES - 1; i >= 0; i--) value = (value << 7n) | BigInt(bytes[at + i]! & 127);
  return Number(BigInt.asIntN(64, value));
}

/** Where the field at `at` ends, exclusive. The field has a tag of one byte, then a length and that many bytes. */
export function fieldEnd(bytes: Uint8Array, at: number): number {
  return varintEnd(bytes, at + 1) + readVarint(bytes, at + 1);
}
