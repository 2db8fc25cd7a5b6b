// The short form of test/chaos/kill.ts: Sluice under load is killed a few times before each kind of backend, and nothing
// that it acknowledged is lost, repeated or out of order.
import { expect, test } from 'vitest';
import { runKillExperiment } from '../chaos/kill-experiment.ts';
import { type KillOptions, type Level, MOODS, type Mood } from '../chaos/kill-options.ts';
import { brokenPromises, describeRuns } from '../chaos/kill-report.ts';

function survivesKills(level: Level, moods: readonly Mood[]): void {
  test.each(moods)(`what is ${level} survives SIGKILL, with a backend that is %s`, async (mood) => {
    const options: KillOptions = {
      peer: 'sluice',
      level,
      moods,
      rounds: 6,
      connections: 8,
      msPerRound: 300,
      seed: 1,
      persists: false,
    };
    const run = await runKillExperiment(options, mood);
    expect(brokenPromises(options, run), describeRuns([run])).toEqual([]);
    expect(run.verdict.unanswered, 'pushes that a kill cut off').toBeGreaterThan(0);
  });
}

survivesKills('stored', MOODS);
survivesKills('delivered', ['up', 'flapping']);
