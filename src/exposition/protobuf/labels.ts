// Reads the LabelPair messages of one metric after another into a LabelSet. Most metrics have the label names of the metric
// before, and then the names are only compared. Invariant between `finish` calls: both shapes fit the names in the set.
import { type LabelSet, type LabelShape, MAX_LABELS } from '../../labels/label-set.ts';
import { equalRange } from '../../wire/byte-ranges.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { isUtf8Range } from '../../wire/protobuf-reader.ts';
import { show } from '../exposition-error.ts';
import { checkLabelName, type Refuser } from '../name-rules.ts';
import { LABEL_PAIR_FIELDS, LabelField } from './fields.ts';

/** Bytes added to a metric's name and labels: the name and value of `le` or `quantile`, and a suffix. */
const MAX_ADDED = 64;

export class ProtobufLabels {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #pair: ProtobufLabelPair;
  readonly #utf8Names: boolean;
  /** The shape of the metric's own labels, and of these plus the label of a bound; the latter once `addBound` needs it. */
  #own: LabelShape;
  #bounded: LabelShape | undefined;
  #boundNameStart = -1;
  /** How many labels the metric before had. */
  #ownCount = 0;
  #readCount = 0;
  #readBytes = 0;
  #isRenamed = false;

  constructor(refuser: Refuser, reader: ProtobufReader, labels: LabelSet, utf8Names: boolean) {
    this.#refuser = refuser;
    this.#labels = labels;
    this.#pair = new ProtobufLabelPair(refuser, reader);
    this.#utf8Names = utf8Names;
    this.#own = labels.shape;
  }

  /** Starts a push. */
  reset(): void {
    this.#labels.clear();
    this.#own = this.#labels.shape;
    this.#bounded = undefined;
    this.#ownCount = 0;
  }

  /** Starts a metric. */
  begin(): void {
    this.#readCount = 0;
    this.#readBytes = 0;
    this.#isRenamed = false;
    this.#labels.hasEmpty = false;
  }

  /** Reads the LabelPair in `[start, end)`. */
  add(start: number, end: number): void {
    const pair = this.#pair;
    pair.read(start, end);
    const index = this.#readCount++;
    if (index === MAX_LABELS) this.#failTooMany();
    this.#readBytes += end - start;
    this.#takeName(index, pair.nameStart, pair.nameEnd);
    this.#takeValue(index, pair.valueStart, pair.valueEnd);
  }

  /** Call when all labels of the metric have been read. `nameBytes` is the length of its family's name. */
  finish(nameBytes: number): void {
    const labels = this.#labels;
    labels.maxBytes = nameBytes + this.#readBytes + MAX_ADDED;
    if (!this.#isRenamed && this.#readCount === this.#ownCount) return;
    this.#ownCount = this.#readCount;
    labels.count = this.#ownCount;
    if (labels.count === 0) labels.clear();
    else if (!labels.recall()) this.#settle();
    this.#own = labels.shape;
    this.#bounded = undefined;
  }

  /** Makes room for a label of a bound, named by the range of the arena. False if the metric has such a label itself. */
  addBound(nameStart: number, nameEnd: number): boolean {
    const labels = this.#labels;
    const index = this.#ownCount;
    if (index === MAX_LABELS) this.#failTooMany();
    labels.nameStart[index] = nameStart;
    labels.nameEnd[index] = nameEnd;
    if (this.#bounded !== undefined && this.#boundNameStart === nameStart) return true;
    labels.count = index + 1;
    if (!labels.recall() && labels.settle() >= 0) return false;
    this.#bounded = labels.shape;
    this.#boundNameStart = nameStart;
    return true;
  }

  useOwn(): void {
    this.#labels.count = this.#ownCount;
    this.#labels.shape = this.#own;
  }

  /** Sets the value of the label that `addBound` made room for. */
  useBound(start: number, end: number): void {
    const labels = this.#labels;
    const index = this.#ownCount;
    labels.count = index + 1;
    labels.shape = this.#bounded!;
    labels.valueStart[index] = start;
    labels.valueEnd[index] = end;
  }

  #takeName(index: number, start: number, end: number): void {
    const { nameStart, nameEnd, arena } = this.#labels;
    const length = end - start;
    const isSame =
      index < this.#ownCount &&
      nameEnd[index]! - nameStart[index]! === length &&
      equalRange(arena.view, nameStart[index]!, start, length);
    if (isSame) return;
    nameStart[index] = start;
    nameEnd[index] = end;
    this.#isRenamed = true;
  }

  /** A value that repeats the one of the metric before keeps its range, so that the encoder recognises it. */
  #takeValue(index: number, start: number, end: number): void {
    const { valueStart, valueEnd, arena } = this.#labels;
    const length = end - start;
    if (length === 0) this.#labels.hasEmpty = true;
    const isSame =
      index < this.#ownCount &&
      valueEnd[index]! - valueStart[index]! === length &&
      equalRange(arena.view, valueStart[index]!, start, length);
    if (isSame) return;
    this.#pair.checkUtf8(start, end, 'label value');
    valueStart[index] = start;
    valueEnd[index] = end;
  }

  #settle(): void {
    const labels = this.#labels;
    for (let i = 0; i < labels.count; i++) {
      this.#pair.checkUtf8(labels.nameStart[i]!, labels.nameEnd[i]!, 'label name');
      checkLabelName(this.#refuser, labels.nameStart[i]!, labels.nameEnd[i]!, this.#utf8Names);
    }
    const twice = labels.settle();
    if (twice < 0) return;
    const found = show(labels.arena.bytes, labels.nameStart[twice]!, labels.nameEnd[twice]!);
    this.#refuser.fail(`expected each label name once, found ${found} twice`);
  }

  #failTooMany(): never {
    return this.#refuser.fail(`expected at most ${MAX_LABELS} labels, found more`);
  }
}

/** One LabelPair message. Nearly all have a short name, then a short value, and nothing else. */
export class ProtobufLabelPair {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  /** Ranges of the arena; empty if the message leaves the field out. */
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
      } else reader.passOver(tag, LABEL_PAIR_FIELDS);
    }
  }
}
