// Thousands of random bodies to Sluice and to a real Pushgateway: both take them or both refuse them, and what the one
// sends on is what the other would expose.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { DecodedSeries } from '../support/decode-write-request.ts';
import { randomBody } from './corpus/random-bodies.ts';
import { type BothAnswers, explain, isTaken, suffixedTypes } from './deliberate-differences.ts';
import { compareSamples, exposedSamples, sentSamples } from './exposed-series.ts';
import { describeAnswers, OraclePair } from './support/oracle-pair.ts';
import { itWith } from './support/programs.ts';

const it = itWith('prometheus-pushgateway');

const RUNS = { seed: 2042, numRuns: 4000 };

/** A random body and the job that it is pushed under. */
interface RandomPush {
  readonly job: string;
  readonly answers: BothAnswers;
}

async function askAll(both: OraclePair): Promise<readonly RandomPush[]> {
  const pushes: RandomPush[] = [];
  for (const [i, body] of fc.sample(randomBody, RUNS).entries()) {
    const job = `random${i}`;
    pushes.push({ job, answers: await both.ask({ target: `/pushgateway/metrics/job/${job}`, body }) });
  }
  return pushes;
}

function show({ body }: BothAnswers): string {
  return JSON.stringify(Buffer.from(body as Buffer).toString('latin1'));
}

function byJob(all: readonly DecodedSeries[]): ReadonlyMap<string, readonly DecodedSeries[]> {
  return Map.groupBy(all, ({ labels }) => new Map(labels).get('job') ?? '');
}

it('random bodies are taken or refused alike, and forwarded as a Pushgateway would expose them', async () => {
  const both = await OraclePair.start();
  const pushes = await askAll(both);
  const unexplained = pushes.filter(
    ({ answers }) => isTaken(answers.ours) !== isTaken(answers.theirs) && explain(answers) === undefined,
  );
  expect(unexplained.map(({ answers }) => `${show(answers)}: ${describeAnswers(answers)}`)).toEqual([]);

  const taken = pushes.filter(({ answers }) => isTaken(answers.ours) && isTaken(answers.theirs));
  const refused = pushes.filter(({ answers }) => !isTaken(answers.ours) && !isTaken(answers.theirs));
  // Neither of the two is rare, or the bodies would say little.
  expect(Math.min(taken.length, refused.length)).toBeGreaterThan(RUNS.numRuns / 5);

  expect(await both.stopSluice()).toBe(0);
  const sent = byJob(both.receiver.delivered);
  const complaints = taken.flatMap(({ job, answers }) =>
    compareSamples(
      exposedSamples(answers.theirs.exposed, job),
      sentSamples(sent.get(job) ?? []),
      suffixedTypes(answers.body),
    ).map((complaint) => `${show(answers)}: ${complaint}`),
  );
  expect(complaints).toEqual([]);
  const refusedJobs = pushes.filter(({ answers }) => !isTaken(answers.ours)).map(({ job }) => job);
  expect(refusedJobs.filter((job) => sent.has(job))).toEqual([]);
});
