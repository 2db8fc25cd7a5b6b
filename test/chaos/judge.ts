// Compares what was pushed with what the backend took.
import { lanesOf } from './lanes.ts';
import { PARTS, type PushedLedger } from './pusher.ts';
import { type Arrival, SeriesHistory } from './series-history.ts';
import { FIELDS_PER_SAMPLE, type TakenRequest, type TakenSamples } from './taken-samples.ts';

export interface Verdict {
  readonly pushes: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** The connection ended before the answer. */
  readonly unanswered: number;
  /** Pushes that arrived, at least in part. */
  delivered: number;
  /** Acknowledged pushes that did not arrive whole. */
  lost: number;
  /** Pushes of which some series arrived and others did not. */
  torn: number;
  /** Pushes that were said to be with the backend before it had all of them. */
  confirmedEarly: number;
  /** Pushes that were refused and arrived all the same. */
  refusedYetDelivered: number;
  /** Samples that came again after a kill, in the one request of each lane whose answer may not have been noted. */
  inFlight: number;
  /** Samples that came again otherwise. */
  duplicated: number;
  /** Samples that came after a later one of their series. */
  outOfOrder: number;
  /** Samples that are no later, by their timestamp, than the one before: a backend would refuse them. */
  clashing: number;
  /** Requests that were no remote write. */
  malformed: number;
  /** The first few things that were wrong, in words. */
  readonly examples: string[];
}

const MAX_EXAMPLES = 5;

export function judge(
  ledgers: readonly PushedLedger[],
  taken: TakenSamples,
  inDoubtBy: 'shard' | 'connection',
): Verdict {
  const outcomes = ledgers.flatMap((ledger) => ledger.outcomes);
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
  const verdict: Verdict = {
    pushes: outcomes.length,
    acknowledged: count('acknowledged'),
    refused: count('refused'),
    unanswered: count('unanswered'),
    delivered: 0,
    lost: 0,
    torn: 0,
    confirmedEarly: 0,
    refusedYetDelivered: 0,
    inFlight: 0,
    duplicated: 0,
    outOfOrder: 0,
    clashing: 0,
    malformed: taken.violations.length,
    examples: taken.violations.slice(0, MAX_EXAMPLES),
  };
  const histories = replay(taken, inDoubtBy, verdict);
  for (const ledger of ledgers) compare(ledger, histories, verdict);
  return verdict;
}

/** Goes through the requests in the order in which they were taken. */
function replay(
  taken: TakenSamples,
  inDoubtBy: 'shard' | 'connection',
  verdict: Verdict,
): ReadonlyMap<string, SeriesHistory> {
  const histories = taken.series.map(() => new SeriesHistory());
  const lanes = lanesOf(taken, inDoubtBy);
  const lastOfLane = new Map<number, TakenRequest>();
  for (const [index, request] of taken.requests.entries()) {
    const before = lastOfLane.get(lanes[index]!);
    if (before?.generation === request.generation) {
      eachSample(before, (series, value) => histories[series]!.settle(value));
    }
    lastOfLane.set(lanes[index]!, request);
    eachSample(request, (series, value, timestampMs) => {
      const arrival = histories[series]!.take(value, timestampMs, request);
      tally(verdict, arrival, () => `${taken.series[series]} ${value} in request ${index + 1}`);
    });
  }
  return new Map(taken.series.map((name, i) => [name, histories[i]!]));
}

function eachSample(
  { samples }: TakenRequest,
  visit: (series: number, value: number, timestampMs: number) => void,
): void {
  for (let at = 0; at < samples.length; at += FIELDS_PER_SAMPLE)
    visit(samples[at]!, samples[at + 1]!, samples[at + 2]!);
}

function tally(verdict: Verdict, arrival: Arrival, describe: () => string): void {
  if (arrival === 'first') return;
  verdict[arrival]++;
  if (arrival !== 'inFlight') note(verdict, `${arrival}: ${describe()}`);
}

function compare(
  { instance, outcomes, confirmedAtMs }: PushedLedger,
  histories: ReadonlyMap<string, SeriesHistory>,
  verdict: Verdict,
): void {
  const parts = Array.from({ length: PARTS }, (_, part) => histories.get(`${instance}/${part}`));
  for (const [index, outcome] of outcomes.entries()) {
    const times = parts.flatMap((part) => part?.takenAtMs(index + 1) ?? []);
    const arrived = times.length;
    const push = `push ${index + 1} of ${instance}, ${outcome}, ${arrived} of ${PARTS} series`;
    const fails = (failure: 'lost' | 'torn' | 'confirmedEarly' | 'refusedYetDelivered') => {
      verdict[failure]++;
      note(verdict, `${failure}: ${push}`);
    };
    if (arrived > 0) verdict.delivered++;
    if (arrived > 0 && arrived < PARTS) fails('torn');
    if (outcome === 'acknowledged' && arrived < PARTS) fails('lost');
    const confirmed = confirmedAtMs.get(index + 1);
    if (confirmed !== undefined && (arrived < PARTS || Math.max(...times) > confirmed))
      fails('confirmedEarly');
    if (outcome === 'refused' && arrived > 0) fails('refusedYetDelivered');
  }
}

function note(verdict: Verdict, example: string): void {
  if (verdict.examples.length < MAX_EXAMPLES) verdict.examples.push(example);
}
