// google.protobuf.Timestamp: seconds and nanoseconds since the epoch, as whole milliseconds. One in pieces is merged.
import { toSigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { TIMESTAMP, TimestampField } from './protobuf-fields.ts';

const NANOS_PER_MS = 1e6;

export class ProtobufTimestamp {
  readonly #reader: ProtobufReader;
  #seconds = 0;
  #nanos = 0;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
  }

  clear(): void {
    this.#seconds = 0;
    this.#nanos = 0;
  }

  /** Reads the message, or a piece of it, in `[start, end)`. */
  merge(start: number, end: number): void {
    const reader = this.#reader;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === TimestampField.seconds) this.#seconds = toSigned(reader.low, reader.high);
      else if (tag === TimestampField.nanos) this.#nanos = reader.low | 0;
      else reader.passOver(tag, TIMESTAMP);
    }
  }

  /** Rounded; beyond 2^53 not exact. */
  get ms(): number {
    return this.#seconds * 1000 + Math.round(this.#nanos / NANOS_PER_MS);
  }
}
