// Writes the values of `le` and `quantile` of a text sample in one style, so that jobs in different languages push the same
// series.
import type { LabelSet, LabelShape } from '../../labels/label-set.ts';
import { type BucketLabels, isPlainlyCanonical, renderBucketLabel } from '../canonical-float.ts';
import { show } from '../exposition-error.ts';
import { FamilyType } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';

const LE = Buffer.from('le');
const QUANTILE = Buffer.from('quantile');

export class BucketLabelRenderer {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #style: BucketLabels;
  /** The list of label names and the family type for which the index was looked up. */
  #shape: LabelShape | undefined;
  #type = -1;
  #index = -1;

  constructor(refuser: Refuser, labels: LabelSet, style: BucketLabels) {
    this.#refuser = refuser;
    this.#labels = labels;
    this.#style = style;
  }

  /** Renders the label of a sample of a family of `type`, a histogram or summary, if it has one. */
  render(type: number): void {
    const labels = this.#labels;
    if (labels.shape !== this.#shape || type !== this.#type) {
      this.#index = labels.indexOf(type === FamilyType.summary ? QUANTILE : LE);
      this.#shape = labels.shape;
      this.#type = type;
    }
    if (this.#index < 0) return;
    const start = labels.valueStart[this.#index]!;
    const end = labels.valueEnd[this.#index]!;
    if (this.#style === 'canonical' && isPlainlyCanonical(labels.arena.bytes, start, end)) return;
    this.#rewrite(this.#index, start, end);
  }

  #rewrite(index: number, start: number, end: number): void {
    const labels = this.#labels;
    const { arena } = labels;
    const text = renderBucketLabel(arena.bytes.toString('latin1', start, end), this.#style);
    if (text === undefined) {
      const found = show(arena.bytes, start, end);
      this.#refuser.fail(`expected a number as value of label "${labels.nameOf(index)}", found ${found}`);
    }
    labels.valueStart[index] = arena.writeAscii(text);
    labels.valueEnd[index] = arena.end;
    labels.hasEmpty ||= text.length === 0;
  }
}
