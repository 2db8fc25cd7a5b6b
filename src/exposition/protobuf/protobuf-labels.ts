// The labels of one metric after another in a LabelSet. Metrics mostly have labels named as those of the metric before;
// then names are only compared. Invariant between `finish` calls: both shapes fit the names in the registers.
import { type LabelSet, MAX_LABELS } from '../../labels/label-set.ts';
import type { LabelShape } from '../../labels/label-shape.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { equalRange } from '../../wire/words.ts';
import { show } from '../exposition-error.ts';
import { checkLabelName, type Refuser } from '../name-rules.ts';
import { ProtobufLabelPair } from './protobuf-label-pair.ts';

/** What is added to a metric's name and labels: the name and value of `le` or `quantile`, and a suffix. */
const MAX_ADDED = 64;

export class ProtobufLabels {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #pair: ProtobufLabelPair;
  readonly #utf8Names: boolean;
  /** The metric's own labels, and these with that of a bound behind them; the latter where it has been asked for. */
  #own: LabelShape;
  #bounded: LabelShape | undefined;
  #boundNameStart = -1;
  /** How many of the registers hold labels of the metric before. */
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

  /** All labels of the metric, whose family's name has `nameBytes`, have been read. */
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

  /** Makes room for a label of a bound, named by the range of the arena. False where the metric has one itself. */
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

  /** Gives the label of the bound, for which `addBound` made room, a value. */
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

  /** A value as in the metric before stays the same range, so that the encoder knows it again. */
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
