// `pushTimeMetrics`: adds the time of the push as one more series, named as in Pushgateway
// (https://github.com/prometheus/pushgateway#metrics-pushed-to-the-pushgateway).
import { type FamilyTable, FamilyType } from '../exposition/family-table.ts';
import { LabelSet, TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import type { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import type { ByteArena } from '../wire/byte-arena.ts';

const NAME = 'push_time_seconds';
const HELP = 'Unix time of the last push of this group.';
const NAME_BYTES = Buffer.from(NAME);

/** How much it writes into the arena after the body. */
export const PUSH_TIME_BYTES = NAME.length + HELP.length;

export class PushTime {
  readonly #arena: ByteArena;
  readonly #labels: LabelSet;

  constructor(arena: ByteArena) {
    this.#arena = arena;
    this.#labels = new LabelSet(arena);
    this.#labels.maxBytes = NAME.length;
  }

  /** Whether this series replaces a pushed family. */
  isNameOf(families: FamilyTable, family: number): boolean {
    const { bytes } = this.#arena;
    const end = families.nameEnd[family]!;
    const start = families.nameStart[family]!;
    return end - start === NAME.length && NAME_BYTES.compare(bytes, start, end) === 0;
  }

  /** Declares TYPE and HELP of the series. A pushed family may have the same name. */
  describe(families: FamilyTable): void {
    const start = this.#arena.writeAscii(NAME);
    const family = families.declare(start, this.#arena.end);
    families.type[family] = FamilyType.gauge;
    families.addSample(family, 0);
    families.unitStart[family] = -1;
    families.helpStart[family] = this.#arena.writeAscii(HELP);
    families.helpEnd[family] = this.#arena.end;
  }

  append(encoder: SeriesEncoder, receivedAtMs: number): void {
    const labels = this.#labels;
    labels.metricStart = this.#arena.writeAscii(NAME);
    labels.metricEnd = this.#arena.end;
    labels.sample[VALUE] = receivedAtMs / 1000;
    labels.sample[TIMESTAMP_MS] = receivedAtMs;
    encoder.append(labels);
  }
}
