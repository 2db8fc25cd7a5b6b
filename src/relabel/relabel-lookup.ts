// What rules make of a series' labels: from the cache if the labels were seen before, else worked out and kept. The answer is
// left in fields of the object that is asked: no object per series.
import type { RelabelConfig } from '../config/config.ts';
import { hashRange, SLACK } from '../wire/byte-ranges.ts';
import { encodeLabels, LabelBuilder, readLabels } from './label-text.ts';
import { RelabelCache, RelabelResult } from './relabel-cache.ts';
import { compileRule, type NameRules, nameRules, type RelabelRule } from './relabel-rule.ts';

/** Bound on the labels that are kept, as they came and as they went on. */
const CACHE_BYTES = 1 << 25;

export class RelabelLookup {
  readonly #labels: LabelRelabeler;
  readonly #cache = new RelabelCache(CACHE_BYTES);
  /** The labels to send, as a range of `bytes`, and their hash; only for a series that is not dropped. */
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  start = 0;
  length = 0;
  hash = 0;

  /** `rules` have been checked with the configuration. */
  constructor(rules: readonly RelabelConfig[], utf8Names: boolean) {
    this.#labels = new LabelRelabeler(rules, utf8Names);
  }

  /** For the `labels` fields in `[start, end)`; the view reaches further by the slack. */
  look(bytes: Buffer, view: DataView, start: number, end: number): RelabelResult {
    const cache = this.#cache;
    const length = end - start;
    const hash = hashRange(view, start, length);
    const known = cache.find(view, start, length, hash);
    const result = known < 0 ? this.#workOut(bytes.subarray(start, end), hash) : cache.result(known);
    if (result === RelabelResult.unchanged) this.#point(bytes, view, start, length, hash);
    else if (result === RelabelResult.changed && known >= 0) {
      const made = cache.madeStart(known);
      this.#point(cache.bytes, cache.view, made, cache.madeLength(known), cache.madeHash(known));
    }
    return result;
  }

  #workOut(labels: Buffer, hash: number): RelabelResult {
    const { result, made } = this.#labels.relabel(labels);
    this.#cache.add(labels, hash, result, made);
    if (result !== RelabelResult.changed) return result;
    const bytes = Buffer.allocUnsafeSlow(made.length + SLACK);
    made.copy(bytes);
    const view = new DataView(bytes.buffer);
    this.#point(bytes, view, 0, made.length, hashRange(view, 0, made.length));
    return result;
  }

  #point(bytes: Buffer, view: DataView, start: number, length: number, hash: number): void {
    this.bytes = bytes;
    this.view = view;
    this.start = start;
    this.length = length;
    this.hash = hash;
  }
}

interface RelabeledLabels {
  readonly result: RelabelResult;
  /** The new labels if they changed; otherwise empty. */
  readonly made: Buffer;
}

const NOTHING = Buffer.alloc(0);
const UNCHANGED: RelabeledLabels = { result: RelabelResult.unchanged, made: NOTHING };
const DROPPED: RelabeledLabels = { result: RelabelResult.dropped, made: NOTHING };
const NAMELESS: RelabeledLabels = { result: RelabelResult.nameless, made: NOTHING };

/** Applies rules to the labels of one series, bytes in and bytes out, as text in between: for series not seen before. */
class LabelRelabeler {
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
