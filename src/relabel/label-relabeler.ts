// Rules applied to the labels of one series, bytes in and bytes out, by way of text: for series not seen before.
import type { RelabelConfig } from '../config/config.ts';
import { LabelBuilder } from './label-builder.ts';
import { type NameRules, nameRules } from './label-names.ts';
import { encodeLabels, readLabels } from './label-text.ts';
import { RelabelResult } from './relabel-cache.ts';
import { compileRule, type RelabelRule } from './relabel-rule.ts';

export interface RelabeledLabels {
  readonly result: RelabelResult;
  /** The new labels where they changed; otherwise empty. */
  readonly made: Buffer;
}

const NOTHING = Buffer.alloc(0);
const UNCHANGED: RelabeledLabels = { result: RelabelResult.unchanged, made: NOTHING };
const DROPPED: RelabeledLabels = { result: RelabelResult.dropped, made: NOTHING };
const NAMELESS: RelabeledLabels = { result: RelabelResult.nameless, made: NOTHING };

export class LabelRelabeler {
  readonly #rules: readonly RelabelRule[];
  readonly #names: NameRules;
  readonly #labels = new LabelBuilder();

  constructor(rules: readonly RelabelConfig[], utf8Names: boolean) {
    this.#names = nameRules(utf8Names);
    this.#rules = rules.map((rule) => compileRule(rule, this.#names));
  }

  /** `encoded` is a series' `labels` fields; only for bytes this program wrote. */
  relabel(encoded: Buffer): RelabeledLabels {
    const labels = this.#labels;
    labels.reset(readLabels(encoded, 0, encoded.length));
    for (const apply of this.#rules) if (!apply(labels)) return DROPPED;
    if (!this.#names.isMetricName(labels.get('__name__'))) return NAMELESS;
    if (!labels.isChanged) return UNCHANGED;
    const made = encodeLabels(labels.labels());
    return made.equals(encoded) ? UNCHANGED : { result: RelabelResult.changed, made };
  }
}
