// Reads all of a MetricFamily but its metrics: name, type, HELP and UNIT. Fields may come in any order, so the parser runs
// this over the whole family before it reads the first metric.
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { isUtf8Range } from '../../wire/protobuf-reader.ts';
import { show } from '../exposition-error.ts';
import { type FamilyTable, FamilyType } from '../family-table.ts';
import { checkMetricName, type Refuser } from '../name-rules.ts';
import { FAMILY_FIELDS, FamilyField } from './fields.ts';

/** Indexed by the number of the type in a message. */
const TYPES = [
  FamilyType.counter,
  FamilyType.gauge,
  FamilyType.summary,
  FamilyType.unknown,
  FamilyType.histogram,
  FamilyType.gaugeHistogram,
] as const;

const ABSENT = -1;

export class ProtobufFamily {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  readonly #families: FamilyTable;
  readonly #utf8Names: boolean;
  nameStart = 0;
  nameEnd = 0;
  type: number = FamilyType.counter;
  /** Its entry in the table of families. */
  entry = -1;
  #helpStart = ABSENT;
  #helpEnd = 0;
  #unitStart = ABSENT;
  #unitEnd = 0;

  constructor(refuser: Refuser, reader: ProtobufReader, families: FamilyTable, utf8Names: boolean) {
    this.#refuser = refuser;
    this.#reader = reader;
    this.#families = families;
    this.#utf8Names = utf8Names;
  }

  /** Reads the message in `[start, end)` and enters the family into the table. */
  read(start: number, end: number): void {
    this.#passFields(start, end);
    this.#checkName();
    const families = this.#families;
    this.entry = families.declare(this.nameStart, this.nameEnd);
    this.#enterType();
    if (families.helpStart[this.entry]! < 0 && this.#helpStart >= 0) {
      families.helpStart[this.entry] = this.#helpStart;
      families.helpEnd[this.entry] = this.#helpEnd;
    }
    if (families.unitStart[this.entry]! < 0 && this.#unitStart >= 0) {
      families.unitStart[this.entry] = this.#unitStart;
      families.unitEnd[this.entry] = this.#unitEnd;
    }
  }

  #passFields(start: number, end: number): void {
    const reader = this.#reader;
    let type = 0;
    this.nameStart = start;
    this.nameEnd = start;
    this.#helpStart = ABSENT;
    this.#unitStart = ABSENT;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      switch (tag) {
        case FamilyField.metric:
          break;
        case FamilyField.name:
          this.nameStart = reader.start;
          this.nameEnd = reader.end;
          break;
        case FamilyField.help:
          this.#helpStart = reader.end > reader.start ? reader.start : ABSENT;
          this.#helpEnd = reader.end;
          break;
        case FamilyField.type:
          type = reader.low | 0;
          break;
        case FamilyField.unit:
          this.#unitStart = reader.end > reader.start ? reader.start : ABSENT;
          this.#unitEnd = reader.end;
          break;
        default:
          reader.passOver(tag, FAMILY_FIELDS);
      }
    }
    this.#useType(type);
  }

  #useType(number: number): void {
    const type = TYPES[number];
    if (type === undefined) this.#refuser.fail(`expected a type from 0 to 5 of the family, found ${number}`);
    this.type = type;
  }

  #checkName(): void {
    const { bytes, view } = this.#refuser.arena;
    const { nameStart, nameEnd } = this;
    if (!isUtf8Range(bytes, view, nameStart, nameEnd)) {
      this.#refuser.fail(`expected a metric name in UTF-8, found ${show(bytes, nameStart, nameEnd)}`);
    }
    checkMetricName(this.#refuser, nameStart, nameEnd, this.#utf8Names);
  }

  #enterType(): void {
    const families = this.#families;
    const known = families.type[this.entry]!;
    if (known === FamilyType.notSet) families.setType(this.entry, this.type);
    else if (known !== this.type) {
      const name = show(this.#refuser.arena.bytes, this.nameStart, this.nameEnd);
      this.#refuser.fail(`expected one type for ${name}, found a family of the same name and another type`);
    }
  }
}
