// The experiment: a program under full load is killed at random moments and started again in the same place, many times,
// before a backend with a mood. In the end the backend is well, everything drains, and pushed and taken are compared.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitUntil } from '../support/wait-until.ts';
import { ChaosReceiver } from './chaos-receiver.ts';
import { judge, type Verdict } from './judge.ts';
import type { KillOptions, Mood } from './kill-options.ts';
import { type Ending, fixedPort, Killable } from './killable.ts';
import { type Peer, peerOf } from './peers.ts';
import { Pusher } from './pusher.ts';

/** What one backend of a run saw. */
export interface KillRun {
  readonly mood: Mood;
  readonly rounds: number;
  readonly verdict: Verdict;
  /** Statuses of all answers, and how often each came. */
  readonly statuses: ReadonlyMap<number, number>;
  /** How the program ended in the end, when it was asked to stop. */
  readonly ending: Ending;
}

/** One round in so many is killed while the program starts, that is, while it reads back what it has stored. */
const STARTS_KILLED = 8;
const LONGEST_START_MS = 400;
const ANSWER_TIMEOUT_MS = 60_000;
const DRAIN_TIMEOUT_MS = 300_000;
const POLL_MS = 50;

interface Backend {
  readonly mood: Mood;
  readonly receiver: ChaosReceiver;
}

/** Everything that a run holds open. */
interface Stage {
  readonly peer: Peer;
  readonly program: Killable;
  readonly backends: readonly Backend[];
  readonly pushers: readonly Pusher[];
}

/** `moods`: of each backend. Returns a result for each. */
export async function runKillExperiment(
  options: KillOptions,
  moods: readonly Mood[],
): Promise<readonly KillRun[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
  const backendPorts = await Promise.all(moods.map(fixedPort));
  const place = { folder, port: await fixedPort(), backendPorts };
  const peer = peerOf(options, place);
  const program = new Killable(peer.program);
  const backends = moods.map((mood, i) => ({ mood, receiver: new ChaosReceiver(backendPorts[i]!) }));
  const pushers = Array.from({ length: options.connections }, (_, i) => pusherOf(peer, place.port, `c${i}`));
  try {
    return await run(options, { peer, program, backends, pushers });
  } finally {
    for (const pusher of pushers) pusher.stop();
    await program.dispose();
    for (const { receiver } of backends) await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function pusherOf({ target, confirms }: Peer, port: number, instance: string): Pusher {
  return new Pusher({ port, instance, target: target(instance), confirms });
}

async function run(options: KillOptions, stage: Stage): Promise<readonly KillRun[]> {
  const { program, backends, pushers } = stage;
  const { rounds, seed } = options;
  const random = new SeededRandom(seed);
  for (const [i, { mood, receiver }] of backends.entries()) await receiver.changeMood(mood, seed + i);
  for (let round = 1; round <= rounds; round++) await runRound(options, round, random, stage);
  for (const pusher of pushers) pusher.stop();
  for (const { receiver } of backends) await receiver.changeMood('up', seed);
  await start(rounds + 1, stage);
  await program.whenReady();
  await drained(stage);
  const ending = await program.end('SIGTERM');
  const statuses = statusesOf(pushers);
  return Promise.all(
    backends.map(async ({ mood, receiver }) => {
      const verdict = judge(pushers, await receiver.taken(), stage.peer.inDoubtBy);
      return { mood, rounds, verdict, statuses, ending };
    }),
  );
}

async function runRound(
  { msPerRound, signal }: KillOptions,
  round: number,
  random: SeededRandom,
  stage: Stage,
): Promise<void> {
  const { program, pushers } = stage;
  const answers = () => pushers.reduce((sum, pusher) => sum + pusher.answers, 0);
  const before = answers();
  const isKilledAtStart = random.nat(STARTS_KILLED) === 0;
  const killAfterMs = random.nat(isKilledAtStart ? LONGEST_START_MS : msPerRound);
  await start(round, stage);
  if (!isKilledAtStart) await firstAnswer(program, () => answers() > before);
  await pause(killAfterMs);
  // A program that hangs would be killed unnoticed.
  if (!isKilledAtStart) await program.whenReady();
  program.assertRuns();
  await program.end(signal);
}

async function start(number: number, { peer, program, backends }: Stage): Promise<void> {
  for (const { receiver } of backends) await receiver.beginGeneration(number);
  peer.prepare?.(number);
  program.start();
}

async function firstAnswer(program: Killable, hasAnswered: () => boolean): Promise<void> {
  const settled = () => {
    program.assertRuns();
    return hasAnswered();
  };
  await waitUntil(settled, 'a first answer', ANSWER_TIMEOUT_MS);
}

/** Waits until the backend has got nothing new for a while. */
async function drained({ peer, program, backends }: Stage): Promise<void> {
  const startedAtMs = performance.now();
  for (;;) {
    const quiet = await Promise.all(backends.map(({ receiver }) => receiver.quietMs()));
    const quietMs = Math.min(...quiet, performance.now() - startedAtMs);
    if (quietMs >= peer.drainedAfterMs) return;
    program.assertRuns();
    if (performance.now() - startedAtMs > DRAIN_TIMEOUT_MS)
      throw new Error(`Cannot end: expected a drained program after ${DRAIN_TIMEOUT_MS} ms, it still sends`);
    await pause(POLL_MS);
  }
}

function statusesOf(pushers: readonly Pusher[]): ReadonlyMap<number, number> {
  const sum = new Map<number, number>();
  for (const { statuses } of pushers) {
    for (const [status, count] of statuses) sum.set(status, (sum.get(status) ?? 0) + count);
  }
  return sum;
}
