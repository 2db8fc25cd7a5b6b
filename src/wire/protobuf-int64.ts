// Whole numbers of 64 bits as two halves of 32: exact when a double is not, and without the objects that BigInt makes.
// Halves are unsigned. Sums are modulo 2^64, like int64 and uint64 in the programs that receive them.

const TWO_TO_32 = 4294967296;

/** The nearest double. */
export function toUnsigned(low: number, high: number): number {
  return high * TWO_TO_32 + low;
}

/** The nearest double of the number in two's complement. */
export function toSigned(low: number, high: number): number {
  return (high | 0) * TWO_TO_32 + low;
}

/** A `sint32` from the low half of its varint (https://protobuf.dev/programming-guides/encoding/#signed-ints). */
export function fromZigzag32(low: number): number {
  return (low >>> 1) ^ -(low & 1);
}

export class ProtobufInt64 {
  low = 0;
  high = 0;

  set(low: number, high: number): void {
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  add(low: number, high: number): void {
    const sum = this.low + low;
    this.low = sum >>> 0;
    this.high = (this.high + high + (sum >= TWO_TO_32 ? 1 : 0)) >>> 0;
  }

  /** Adds a `sint64`, given as its varint has it. */
  addZigzag(low: number, high: number): void {
    const sign = -(low & 1);
    this.add((((low >>> 1) | (high << 31)) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
  }

  /** Whether it is below zero, taken as int64. */
  get isNegative(): boolean {
    return this.high > 0x7fffffff;
  }

  /** Compares unsigned numbers: negative, zero or positive. */
  compare(low: number, high: number): number {
    return this.high === high ? this.low - low : this.high - high;
  }
}
