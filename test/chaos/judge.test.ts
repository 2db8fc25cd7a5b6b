// The judge of chaos runs finds every kind of fault, and none in a clean run: otherwise its zeros would mean nothing.
import { describe, expect, test } from 'vitest';
import { judge, type Verdict } from './judge.ts';
import type { KillRun } from './kill-experiment.ts';
import { describeRuns, faultsOfRun } from './kill-report.ts';
import type { PushedLedger, PushedOutcome } from './pusher.ts';
import type { TakenRequest, TakenSamples } from './taken-samples.ts';

/** `push`: the values of all three series of instance a; `samples`: `part value` or `part value timestamp`. */
interface Request {
  readonly generation?: number;
  readonly takenAtMs?: number;
  readonly connection?: number;
  readonly push?: readonly number[];
  readonly samples?: readonly (readonly [part: number, value: number, timestampMs?: number])[];
}

function taken(...requests: readonly Request[]): TakenSamples {
  return { series: ['a/0', 'a/1', 'a/2'], requests: requests.map(toRequest), violations: [] };
}

function toRequest({
  generation = 1,
  takenAtMs = 0,
  connection = 1,
  push = [],
  samples,
}: Request): TakenRequest {
  const all = samples ?? push.flatMap((value) => [0, 1, 2].map((part) => [part, value] as const));
  const numbers = all.map(([part, value, timestampMs = 1000 + value]) => [part, value, timestampMs]);
  return { generation, connection, takenAtMs, samples: Float64Array.from(numbers.flat()) };
}

function ledger(...outcomes: readonly PushedOutcome[]): PushedLedger {
  return { instance: 'a', outcomes, confirmedAtMs: new Map() };
}

const TWO = ledger('acknowledged', 'acknowledged');
const THREE = ledger('acknowledged', 'acknowledged', 'acknowledged');

function faultsOf({ examples: _, ...verdict }: Verdict): Partial<Verdict> {
  const { pushes: _p, acknowledged: _a, refused: _r, unanswered: _u, delivered: _d, ...faults } = verdict;
  return Object.fromEntries(Object.entries(faults).filter(([, count]) => count !== 0));
}

describe('the judge finds', () => {
  function finds(name: string, pushed: PushedLedger, samples: TakenSamples, expected: Partial<Verdict>) {
    test(name, () => expect(faultsOf(judge([pushed], samples, 'shard'))).toEqual(expected));
  }

  finds('an acknowledged push that never arrived', TWO, taken({ push: [2] }), { lost: 1 });
  finds('all pushes of an instance that the backend never heard of', TWO, taken(), { lost: 2 });
  finds(
    'a push that arrived in part',
    TWO,
    taken({
      samples: [
        [0, 1],
        [0, 2],
        [1, 2],
        [2, 2],
      ],
    }),
    {
      lost: 1,
      torn: 1,
    },
  );
  finds(
    'a push that was refused and arrived all the same',
    ledger('refused', 'acknowledged'),
    taken({ push: [1, 2] }),
    { refusedYetDelivered: 1 },
  );
  finds(
    'a push that was said to be with the backend before it was',
    {
      ...TWO,
      confirmedAtMs: new Map([
        [1, 5],
        [2, 6],
      ]),
    },
    taken({ push: [1], takenAtMs: 5 }, { push: [2], takenAtMs: 7 }),
    { confirmedEarly: 1 },
  );
  finds(
    'a push that was said to be with the backend and never was',
    { ...ledger('acknowledged'), confirmedAtMs: new Map([[1, 5]]) },
    taken(),
    { lost: 1, confirmedEarly: 1 },
  );
  finds('a later value before an earlier one', TWO, taken({ push: [2] }, { push: [1] }), { outOfOrder: 3 });
  finds('the same value twice without a kill', TWO, taken({ push: [1] }, { push: [1, 2] }), {
    duplicated: 3,
  });
  finds(
    'a value twice in one request after a kill',
    ledger('acknowledged'),
    taken({ push: [1] }, { generation: 2, push: [1, 1] }),
    { inFlight: 3, duplicated: 3 },
  );
  finds(
    'a repetition of what was answered before the last request ahead of the kill',
    TWO,
    taken({ push: [1] }, { push: [2] }, { generation: 2, push: [1, 2] }),
    { duplicated: 3, inFlight: 3 },
  );
  finds(
    'a repetition after the same start has sent newer pushes',
    THREE,
    taken(
      { push: [1, 2] },
      { generation: 2, push: [1, 2] },
      { generation: 2, push: [3] },
      { generation: 3, push: [2] },
    ),
    { inFlight: 6, duplicated: 3 },
  );
  finds(
    'a repetition with another timestamp',
    ledger('acknowledged'),
    taken({ push: [1] }, { generation: 2, samples: [[0, 1, 2000]] }),
    { duplicated: 1 },
  );
  finds(
    'a timestamp that is no later than the one before',
    TWO,
    taken({ push: [1] }, { samples: [0, 1, 2].map((part) => [part, 2, 1001] as const) }),
    { clashing: 3 },
  );
});

describe('the judge excuses', () => {
  function excuses(name: string, pushed: PushedLedger, samples: TakenSamples, inFlight: number) {
    test(name, () => {
      const verdict = judge([pushed], samples, 'shard');
      expect(faultsOf(verdict)).toEqual(inFlight === 0 ? {} : { inFlight });
      expect(verdict.examples).toEqual([]);
    });
  }

  excuses('a clean run', TWO, taken({ push: [1] }, { push: [2] }), 0);
  excuses('the last request before a kill', TWO, taken({ push: [1, 2] }, { generation: 2, push: [1, 2] }), 6);
  excuses(
    'the last request before two kills, repeated in two pieces',
    TWO,
    taken(
      { push: [1, 2] },
      { generation: 2, push: [1] },
      { generation: 3, push: [1] },
      { generation: 3, push: [2] },
    ),
    9,
  );
  excuses('a push without an answer that arrived', ledger('unanswered'), taken({ push: [1] }), 0);
  excuses('a push without an answer that did not', ledger('unanswered'), taken(), 0);
  excuses('a refused push that did not arrive', ledger('refused', 'acknowledged'), taken({ push: [2] }), 0);
});

test('the judge takes series that never shared a request for different shards, each with a request in flight', () => {
  const requests: readonly Request[] = [{ samples: [[0, 1]] }, { samples: [[1, 1]] }, { samples: [[2, 1]] }];
  const again = requests.map((request) => ({ ...request, generation: 2 }));
  const samples = taken(...requests, ...again);
  expect(faultsOf(judge([ledger('acknowledged')], samples, 'shard'))).toEqual({ inFlight: 3 });
  expect(faultsOf(judge([ledger('acknowledged')], samples, 'connection'))).toEqual({
    inFlight: 1,
    duplicated: 2,
  });
});

describe('the report', () => {
  const verdict = judge([ledger('acknowledged', 'refused', 'unanswered')], taken(), 'shard');
  const run: KillRun = { mood: 'down', rounds: 7, verdict, statuses: new Map([[202, 1]]), ending: 0 };
  test('fails the level stored if a push is lost, but not a level that guarantees nothing', () => {
    const broken = (level: 'queued' | 'stored', peer: 'sluice' | 'vmagent' = 'sluice') =>
      faultsOfRun({ level, peer }, run);
    expect(broken('stored')).toEqual(['backend down: expected 0 lost, found 1']);
    expect(broken('queued')).toEqual([]);
    expect(broken('stored', 'vmagent')).toEqual([]);
  });

  test('fails if nothing was acknowledged, or the last stop lost something', () => {
    const idle = { ...run, verdict: judge([ledger('refused')], taken(), 'shard'), ending: 3 };
    expect(faultsOfRun({ level: 'stored', peer: 'sluice' }, idle)).toEqual([
      'backend down: expected acknowledged pushes, found none',
      'backend down: expected exit code 0 of the last stop, found 3',
    ]);
  });

  test('names the counts, the answers and the first faults', () => {
    const lines = describeRuns([run]).split('\n');
    expect(lines[0]!.trim().split(/ {2,}/).slice(0, 8)).toEqual([
      'backend',
      'rounds',
      'pushes',
      'acknowledged',
      'refused',
      'unanswered',
      'delivered',
      'lost',
    ]);
    expect(lines[1]!.trim().split(/ +/).slice(0, 8)).toEqual(['down', '7', '3', '1', '1', '1', '0', '1']);
    expect(lines.slice(2)).toEqual([
      'backend down: answers 202: 1',
      '  lost: push 1 of a, acknowledged, 0 of 3 series',
    ]);
  });
});
