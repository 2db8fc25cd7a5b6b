// `staleness: onReplace`: a push carries staleness markers for the series of its group that it replaces and does not have.
// Known series are those that accepted pushes left. If they are not known for certain, there are no markers.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { CollisionError } from '../wire/range-table.ts';
import { type GroupSeries, KnownGroups } from './known-groups.ts';
import { type KnownSeries, seriesAfterPush } from './known-series.ts';
import { type Replaces, type SeriesChange, SeriesComparison } from './series-comparison.ts';
import { appendStaleMarkers } from './stale-marker.ts';

export type PushMethod = 'PUT' | 'POST' | 'DELETE';

export interface StaleSeriesOptions {
  /** Bound on the memory of known series. */
  readonly maxMemoryBytes: number;
  /** No queue takes a larger push, so markers must not make a push larger than this. */
  readonly maxPushBytes: number;
}

export interface StaleEvents {
  /** An accepted push carries markers. If backends get different ones, `series` is the largest number. */
  staleMarked(series: number): void;
  staleGroupForgotten(): void;
}

export interface GroupPush {
  /** Identifies the group: `GroupingKey.canonical`. */
  readonly group: string;
  readonly method: PushMethod;
  /** One for each backend, the same object if they get the same; none for a DELETE. */
  readonly encoded: readonly EncodedSeries[];
  readonly receivedAtMs: number;
}

/** What a push means for the backends that had the same series and get the same push. */
interface Plan {
  readonly prior: KnownSeries | undefined;
  readonly push: EncodedSeries;
  /** Undefined if the push has exactly the prior series. */
  readonly change: SeriesChange | undefined;
  readonly marked: EncodedSeries;
}

/** A push that has not been accepted yet. */
interface StagedPush {
  readonly group: string;
  readonly replaces: Replaces;
  /** One for each backend. */
  readonly plans: readonly Plan[];
  /** The known series of the group could not be used. */
  readonly isForgotten: boolean;
}

const EMPTY_PUSH: EncodedSeries = {
  bytes: new Uint8Array(0),
  sampleCount: 0,
  withheldHistograms: 0,
  hasStartTimestamps: false,
};

export class StaleSeries {
  readonly #maxPushBytes: number;
  readonly #events: StaleEvents;
  readonly #groups: KnownGroups;
  readonly #comparison = new SeriesComparison();
  #staged: StagedPush | undefined;

  constructor({ maxMemoryBytes, maxPushBytes }: StaleSeriesOptions, events: StaleEvents) {
    this.#maxPushBytes = maxPushBytes;
    this.#events = events;
    this.#groups = new KnownGroups(maxMemoryBytes, () => events.staleGroupForgotten());
  }

  /**
   * What to offer for each backend: the push with its markers. For a DELETE these are markers for all series of the group,
   * and the list is empty if the group is not known. Nothing changes before `confirm`.
   */
  mark(push: GroupPush): readonly EncodedSeries[] {
    const { group, method } = push;
    const known = this.#groups.get(group);
    const encoded = method === 'DELETE' ? (known ?? []).map(() => EMPTY_PUSH) : push.encoded;
    const planned = known && this.#planAll(push, encoded, known);
    const isForgotten = known !== undefined && planned === undefined;
    const plans = planned ?? encoded.map(planForUnknown);
    this.#staged = { group, replaces: replacedBy(method), plans, isForgotten };
    return toOffer(plans);
  }

  /** The push marked last has been accepted. Its bytes must still be unchanged. */
  confirm(): void {
    const staged = this.#staged;
    this.#staged = undefined;
    if (staged === undefined) return;
    if (staged.isForgotten) this.#events.staleGroupForgotten();
    this.#groups.set(staged.group, seriesAfter(staged));
    const markers = staged.plans.reduce((most, { change }) => Math.max(most, change?.ended.length ?? 0), 0);
    if (markers > 0) this.#events.staleMarked(markers);
  }

  /** An accepted push was not delivered after all, so what its backends have of the group is unknown. */
  forget(group: string): void {
    this.#groups.delete(group);
  }

  /** Undefined if the known series cannot be used: names were made to collide, or the markers do not fit. */
  #planAll(
    { method, receivedAtMs }: GroupPush,
    encoded: readonly EncodedSeries[],
    known: GroupSeries,
  ): readonly Plan[] | undefined {
    const replaces = replacedBy(method);
    const plans: Plan[] = [];
    try {
      for (const [backend, push] of encoded.entries()) {
        const prior = known[backend]!;
        const same = plans.find((plan) => plan.push === push && plan.prior === prior);
        plans.push(same ?? this.#plan(prior, push, replaces, receivedAtMs));
      }
    } catch (error) {
      if (error instanceof CollisionError) return undefined;
      throw error;
    }
    // A push that fits must not be refused because of earlier pushes. A DELETE that cannot be done is refused.
    return method === 'DELETE' || plans.every((plan) => this.#fits(plan)) ? plans : undefined;
  }

  #plan(prior: KnownSeries, push: EncodedSeries, replaces: Replaces, timestampMs: number): Plan {
    const change = this.#comparison.compare(prior, push, replaces);
    const hasEnded = change !== undefined && change.ended.length > 0;
    const marked = hasEnded ? appendStaleMarkers(push, prior, change.ended, timestampMs) : push;
    return { prior, push, change, marked };
  }

  #fits({ push, marked }: Plan): boolean {
    return marked === push || marked.bytes.length <= this.#maxPushBytes;
  }
}

function replacedBy(method: PushMethod): Replaces {
  return method === 'POST' ? 'names' : 'group';
}

function planForUnknown(push: EncodedSeries): Plan {
  return { prior: undefined, push, change: { ended: [], kept: [] }, marked: push };
}

/** One object if all backends get the same, otherwise an object for each plan, as of a push that differs by backend. */
function toOffer(plans: readonly Plan[]): readonly EncodedSeries[] {
  const all = plans.map(({ marked }) => marked);
  if (all.every((marked) => marked === all[0])) return all;
  const ofPlan = new Map(plans.map((plan) => [plan, { ...plan.marked }]));
  return plans.map((plan) => ofPlan.get(plan)!);
}

/** The series of the group at each backend after the push. Backends share an object if they have the same. */
function seriesAfter({ plans, replaces }: StagedPush): GroupSeries {
  const known = new Map<Plan | EncodedSeries, KnownSeries>();
  return plans.map((plan) => {
    const { prior, push, change } = plan;
    // After a push that replaces the group, everyone who got it has the same.
    const key = replaces === 'group' ? push : plan;
    const series =
      known.get(key) ??
      (prior !== undefined && change === undefined
        ? prior
        : seriesAfterPush(prior, change?.kept ?? [], push));
    known.set(key, series);
    return series;
  });
}
