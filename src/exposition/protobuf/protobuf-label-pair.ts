// One LabelPair message, read into registers. Nearly all have a short name, then a short value, and nothing else.
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { isUtf8Range } from '../../wire/protobuf-utf8.ts';
import { show } from '../exposition-error.ts';
import type { Refuser } from '../name-rules.ts';
import { LABEL, LabelField } from './protobuf-fields.ts';

export class ProtobufLabelPair {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  /** Ranges of the arena; empty where the message leaves the field out. */
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  constructor(refuser: Refuser, reader: ProtobufReader) {
    this.#refuser = refuser;
    this.#reader = reader;
  }

  read(start: number, end: number): void {
    const { bytes } = this.#refuser.arena;
    const nameStart = start + 2;
    const nameEnd = nameStart + bytes[start + 1]!;
    const valueStart = nameEnd + 2;
    const valueLength = bytes[nameEnd + 1]!;
    const isPlain =
      bytes[start] === LabelField.name &&
      bytes[nameEnd] === LabelField.value &&
      nameEnd - nameStart < 128 &&
      valueLength < 128 &&
      valueStart + valueLength === end;
    if (!isPlain) {
      this.#readFields(start, end);
      return;
    }
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.valueStart = valueStart;
    this.valueEnd = end;
  }

  /** Refuses a name or value that is not UTF-8. */
  checkUtf8(start: number, end: number, what: string): void {
    const { bytes, view } = this.#refuser.arena;
    if (isUtf8Range(bytes, view, start, end)) return;
    this.#refuser.fail(`expected a ${what} in UTF-8, found ${show(bytes, start, end)}`);
  }

  #readFields(start: number, end: number): void {
    const reader = this.#reader;
    this.nameStart = start;
    this.nameEnd = start;
    this.valueStart = start;
    this.valueEnd = start;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === LabelField.name) {
        this.nameStart = reader.start;
        this.nameEnd = reader.end;
      } else if (tag === LabelField.value) {
        this.valueStart = reader.start;
        this.valueEnd = reader.end;
      } else reader.passOver(tag, LABEL);
    }
  }
}
