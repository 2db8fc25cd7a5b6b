// Reads Exemplar messages into an ExemplarSet, by the rules of OpenMetrics
// (https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars), and Timestamp messages. Pieces of a message are merged.
import type { ExemplarSet } from '../../labels/exemplar-set.ts';
import { toSigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { show } from '../exposition-error.ts';
import { checkLabelName, countCharacters, MAX_EXEMPLAR_CHARACTERS, type Refuser } from '../name-rules.ts';
import { EXEMPLAR_FIELDS, ExemplarField, TIMESTAMP_FIELDS, TimestampField } from './fields.ts';
import { ProtobufLabelPair } from './labels.ts';

export class ProtobufExemplars {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  readonly #exemplars: ExemplarSet;
  readonly #utf8Names: boolean;
  readonly #pair: ProtobufLabelPair;
  readonly #timestamp: ProtobufTimestamp;
  /** How many exemplars of this push the set had no room for. */
  leftOut = 0;
  #isOpen = false;
  #hasTimestamp = false;
  #hasRoom = true;
  #characters = 0;

  constructor(refuser: Refuser, reader: ProtobufReader, exemplars: ExemplarSet, utf8Names: boolean) {
    this.#refuser = refuser;
    this.#reader = reader;
    this.#exemplars = exemplars;
    this.#utf8Names = utf8Names;
    this.#pair = new ProtobufLabelPair(refuser, reader);
    this.#timestamp = new ProtobufTimestamp(reader);
  }

  /** Starts a push. */
  reset(): void {
    this.begin();
    this.leftOut = 0;
  }

  /** Starts a sample, which has no exemplars yet. */
  begin(): void {
    this.#exemplars.clear();
    this.#isOpen = false;
  }

  get isFull(): boolean {
    return this.#exemplars.isFull;
  }

  /** Reads the message, or a piece of it, in `[start, end)`. */
  merge(start: number, end: number): void {
    if (!this.#isOpen) this.#open();
    const reader = this.#reader;
    const exemplars = this.#exemplars;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === ExemplarField.label) this.#label(reader.start, reader.end);
      else if (tag === ExemplarField.value) exemplars.values[exemplars.count] = reader.double();
      else if (tag === ExemplarField.timestamp) {
        this.#hasTimestamp = true;
        this.#timestamp.merge(reader.start, reader.end);
      } else reader.passOver(tag, EXEMPLAR_FIELDS);
    }
  }

  /** Ends the exemplar, if one is open. If the set has no room for it, it is left out: its sample does not depend on it. */
  finish(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const exemplars = this.#exemplars;
    if (this.#characters > MAX_EXEMPLAR_CHARACTERS) {
      this.#refuser.fail(
        `expected labels of an exemplar with at most ${MAX_EXEMPLAR_CHARACTERS} characters, found ${this.#characters}`,
      );
    }
    const timestampMs = this.#hasTimestamp ? this.#timestamp.ms : NaN;
    if (this.#hasTimestamp && !Number.isSafeInteger(timestampMs)) {
      this.#refuser.fail(
        `expected a timestamp of an exemplar within 2^53 milliseconds, found ${timestampMs}`,
      );
    }
    if (exemplars.isFull || !this.#hasRoom) {
      exemplars.labelCount = exemplars.labelsStart(exemplars.count);
      this.leftOut++;
      return;
    }
    exemplars.timestampsMs[exemplars.count] = timestampMs;
    const twice = exemplars.finish();
    if (twice >= 0) {
      const found = show(exemplars.arena.bytes, exemplars.nameStart[twice]!, exemplars.nameEnd[twice]!);
      this.#refuser.fail(`expected each label name of an exemplar once, found ${found} twice`);
    }
  }

  #open(): void {
    const exemplars = this.#exemplars;
    this.#isOpen = true;
    this.#hasTimestamp = false;
    this.#hasRoom = true;
    this.#characters = 0;
    this.#timestamp.clear();
    exemplars.values[exemplars.count] = 0;
  }

  #label(start: number, end: number): void {
    const pair = this.#pair;
    pair.read(start, end);
    const { nameStart, nameEnd, valueStart, valueEnd } = pair;
    pair.checkUtf8(nameStart, nameEnd, 'label name');
    checkLabelName(this.#refuser, nameStart, nameEnd, this.#utf8Names);
    pair.checkUtf8(valueStart, valueEnd, 'label value');
    const { bytes } = this.#exemplars.arena;
    this.#characters += countCharacters(bytes, nameStart, nameEnd);
    this.#characters += countCharacters(bytes, valueStart, valueEnd);
    this.#hasRoom &&= this.#exemplars.addLabel(nameStart, nameEnd, valueStart, valueEnd);
  }
}

const NANOS_PER_MS = 1e6;

/** google.protobuf.Timestamp: seconds and nanoseconds since the epoch, as whole milliseconds. */
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
      else reader.passOver(tag, TIMESTAMP_FIELDS);
    }
  }

  /** Rounded; not exact beyond 2^53. */
  get ms(): number {
    return this.#seconds * 1000 + Math.round(this.#nanos / NANOS_PER_MS);
  }
}
