// Integers of 64 bits as protobufjs decodes them.

/** A plain number, or an object of the `long` package. */
export type WireInteger = number | { toNumber(): number; toBigInt(): bigint };

/** Exact up to 2^53 on both sides of zero. */
export function toNumber(integer: WireInteger): number {
  return typeof integer === 'number' ? integer : integer.toNumber();
}

export function toBigInt(integer: WireInteger): bigint {
  return typeof integer === 'number' ? BigInt(integer) : integer.toBigInt();
}
