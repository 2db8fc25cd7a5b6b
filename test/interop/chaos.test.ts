// The short form of test/chaos/kill.ts: Sluice under load is killed or stopped a few times before each kind of backend, and nothing
// that it acknowledged is lost, repeated or out of order.
import { expect, test } from 'vitest';
import { runKillExperiment } from '../chaos/kill-experiment.ts';
import { type KillOptions, type Level, MOODS, type Mood, type Signal } from '../chaos/kill-options.ts';
import { describeRuns, faultsOfRun } from '../chaos/kill-report.ts';

interface Case {
  readonly level: Level;
  /** One for each backend. */
  readonly moods: readonly Mood[];
  readonly reshards?: boolean;
  readonly signal?: Signal;
}

const CASES: readonly Case[] = [
  ...MOODS.map((mood) => ({ level: 'stored' as const, moods: [mood] })),
  { level: 'stored', moods: ['up', 'down'] },
  { level: 'stored', moods: ['flapping'], reshards: true },
  { level: 'stored', moods: ['slow'], signal: 'SIGTERM' },
  { level: 'delivered', moods: ['up'] },
  { level: 'delivered', moods: ['flapping', 'slow'] },
];

function describeCase({ level, moods, reshards, signal = 'SIGKILL' }: Case): string {
  const shards = reshards ? ', with other shards after each' : '';
  return `what is ${level} survives ${signal}${shards}, with backends: ${moods.join(', ')}`;
}

for (const each of CASES) {
  test(describeCase(each), async () => {
    const options: KillOptions = {
      peer: 'sluice',
      level: each.level,
      runs: [each.moods],
      rounds: 6,
      signal: each.signal ?? 'SIGKILL',
      connections: 8,
      msPerRound: 300,
      seed: 1,
      reshards: each.reshards ?? false,
      persists: false,
    };
    const runs = await runKillExperiment(options, each.moods);
    expect(
      runs.flatMap((run) => faultsOfRun(options, run)),
      describeRuns(runs),
    ).toEqual([]);
    for (const { verdict } of runs)
      expect(verdict.unanswered, 'pushes that a kill cut off').toBeGreaterThan(0);
  });
}
