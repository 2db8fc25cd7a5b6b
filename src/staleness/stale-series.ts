// `staleness: onReplace`: a push brings staleness markers for the series of its group that it replaces and does not have.
// Invariant: what is remembered is what accepted pushes left; where that is not known for sure, there is no marker.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { CollisionError } from '../wire/probe-budget.ts';
import { GroupMemory, type GroupSeries } from './group-memory.ts';
import { type RememberedSeries, rememberSeries } from './remembered-series.ts';
import { type Replaces, type SeriesChange, SeriesComparison } from './series-change.ts';
import { staleMarkerLength, writeStaleMarker } from './stale-marker.ts';

export type PushMethod = 'PUT' | 'POST' | 'DELETE';

export interface StaleSeriesOptions {
  /** Bound on what is remembered. */
  readonly maxMemoryBytes: number;
  /** No queue takes a push that is larger: one is not made so by its markers. */
  readonly maxPushBytes: number;
}

export interface StaleEvents {
  /** Markers go out with an accepted push; where backends get different ones, the most that one gets. */
  staleMarked(series: number): void;
  staleGroupForgotten(): void;
}

export interface GroupPush {
  /** What tells the group from others: `GroupingKey.canonical`. */
  readonly group: string;
  readonly method: PushMethod;
  /** One for each backend, the same object where they get the same; none for a DELETE. */
  readonly encoded: readonly EncodedSeries[];
  readonly receivedAtMs: number;
}

/** What a push means for the backends that had the same and get the same. */
interface Plan {
  readonly prior: RememberedSeries | undefined;
  readonly fresh: EncodedSeries;
  /** Undefined where the same series come again. */
  readonly change: SeriesChange | undefined;
  readonly marked: EncodedSeries;
}

/** A push that may yet be refused. */
interface Staged {
  readonly group: string;
  readonly replaces: Replaces;
  /** One for each backend. */
  readonly plans: readonly Plan[];
  /** What was known of the group could not be used. */
  readonly isForgotten: boolean;
}

const NOTHING: EncodedSeries = {
  bytes: new Uint8Array(0),
  sampleCount: 0,
  withheldHistograms: 0,
  hasStartTimestamps: false,
};
const NO_CHANGE: SeriesChange = { ended: [], kept: [] };

export class StaleSeries {
  readonly #maxPushBytes: number;
  readonly #events: StaleEvents;
  readonly #groups: GroupMemory;
  readonly #comparison = new SeriesComparison();
  #staged: Staged | undefined;

  constructor({ maxMemoryBytes, maxPushBytes }: StaleSeriesOptions, events: StaleEvents) {
    this.#maxPushBytes = maxPushBytes;
    this.#events = events;
    this.#groups = new GroupMemory(maxMemoryBytes, () => events.staleGroupForgotten());
  }

  /**
   * What is to be offered: the push with its markers, or for a DELETE the markers of all that the group has, which is
   * nothing at all where it is not known. Nothing is remembered before `confirm`.
   */
  mark(push: GroupPush): readonly EncodedSeries[] {
    this.#staged = undefined;
    const prior = this.#groups.get(push.group);
    const encoded = push.method === 'DELETE' ? (prior ?? []).map(() => NOTHING) : push.encoded;
    this.#staged = this.#stage(push, encoded, prior);
    return toOffer(this.#staged.plans);
  }

  /** The push marked last has been accepted; its bytes are still what they were. */
  confirm(): void {
    const staged = this.#staged;
    this.#staged = undefined;
    if (staged === undefined) return;
    if (staged.isForgotten) this.#events.staleGroupForgotten();
    this.#groups.set(staged.group, rememberAll(staged));
    const markers = staged.plans.reduce((most, { change }) => Math.max(most, change?.ended.length ?? 0), 0);
    if (markers > 0) this.#events.staleMarked(markers);
  }

  /** An accepted push came to nothing after all: what its backends have of the group is not known any more. */
  forget(group: string): void {
    this.#groups.delete(group);
  }

  #stage(push: GroupPush, encoded: readonly EncodedSeries[], prior: GroupSeries | undefined): Staged {
    const { group, method } = push;
    const replaces = method === 'POST' ? 'names' : 'group';
    const without = (isForgotten: boolean): Staged => {
      const plans = encoded.map((fresh) => ({ prior: undefined, fresh, change: NO_CHANGE, marked: fresh }));
      return { group, replaces, plans, isForgotten };
    };
    if (prior === undefined) return without(false);
    const plans = this.#plan(encoded, prior, replaces, push.receivedAtMs);
    if (plans === undefined) return without(true);
    // A push that fits is not refused for what others left; a DELETE that cannot do what it says is.
    const isTooLarge = ({ fresh, marked }: Plan) =>
      marked !== fresh && marked.bytes.length > this.#maxPushBytes;
    if (method !== 'DELETE' && plans.some(isTooLarge)) return without(true);
    return { group, replaces, plans, isForgotten: false };
  }

  /** Undefined where names were made to collide, so that comparing them would take too long. */
  #plan(
    encoded: readonly EncodedSeries[],
    priors: GroupSeries,
    replaces: Replaces,
    receivedAtMs: number,
  ): readonly Plan[] | undefined {
    const plans: Plan[] = [];
    try {
      for (let i = 0; i < encoded.length; i++) {
        const fresh = encoded[i]!;
        const prior = priors[i]!;
        const known = plans.find((plan) => plan.fresh === fresh && plan.prior === prior);
        plans.push(known ?? this.#planFor(prior, fresh, replaces, receivedAtMs));
      }
    } catch (error) {
      if (error instanceof CollisionError) return undefined;
      throw error;
    }
    return plans;
  }

  #planFor(prior: RememberedSeries, fresh: EncodedSeries, replaces: Replaces, receivedAtMs: number): Plan {
    const change = this.#comparison.compare(prior, fresh, replaces);
    const ended = change?.ended ?? [];
    const marked = ended.length === 0 ? fresh : withMarkers(fresh, prior, ended, receivedAtMs);
    return { prior, fresh, change, marked };
  }
}

/** One object for all backends where they get the same; else one for each plan, as of a push that is divided. */
function toOffer(plans: readonly Plan[]): readonly EncodedSeries[] {
  const all = plans.map(({ marked }) => marked);
  if (all.every((marked) => marked === all[0])) return all;
  const own = new Map(plans.map((plan) => [plan, { ...plan.marked }]));
  return plans.map((plan) => own.get(plan)!);
}

function withMarkers(
  fresh: EncodedSeries,
  prior: RememberedSeries,
  ended: readonly number[],
  timestampMs: number,
): EncodedSeries {
  const labels = new Uint8Array(prior.view.buffer);
  const length = ended.reduce(
    (sum, series) => sum + staleMarkerLength(prior.end(series) - prior.start(series), timestampMs),
    fresh.bytes.length,
  );
  const bytes = new Uint8Array(length);
  bytes.set(fresh.bytes);
  let at = fresh.bytes.length;
  for (const series of ended)
    at = writeStaleMarker(bytes, at, labels, prior.start(series), prior.end(series), timestampMs);
  return { ...fresh, bytes, sampleCount: fresh.sampleCount + ended.length };
}

/** One set for each backend, the same where they have the same. */
function rememberAll({ plans, replaces }: Staged): GroupSeries {
  const sets: RememberedSeries[] = [];
  for (const [i, plan] of plans.entries()) {
    // What replaces all leaves the same with all who get it.
    const alike = plans.findIndex(
      (other) => other === plan || (replaces === 'group' && other.fresh === plan.fresh),
    );
    sets.push(alike < i ? sets[alike]! : remember(plan));
  }
  return sets;
}

function remember({ prior, fresh, change }: Plan): RememberedSeries {
  return prior !== undefined && change === undefined
    ? prior
    : rememberSeries(prior, change?.kept ?? [], fresh);
}
