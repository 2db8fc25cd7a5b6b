// The experiment: a program under full load is killed at random moments and started again in the same place, many times,
// before a backend with a mood. In the end the backend is well, everything drains, and pushed and taken are compared.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Dice } from '../support/dice.ts';
import { waitUntil } from '../support/wait-until.ts';
import { ChaosReceiver } from './chaos-receiver.ts';
import { judge, type Verdict } from './judge.ts';
import type { KillOptions, Mood } from './kill-options.ts';
import { type Ending, fixedPort, Killable } from './killable.ts';
import { type Peer, peerOf } from './peers.ts';
import { Pusher } from './pusher.ts';

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

/** Everything that a run holds open. */
interface Stage {
  readonly peer: Peer;
  readonly program: Killable;
  readonly receiver: ChaosReceiver;
  readonly pushers: readonly Pusher[];
}

export async function runKillExperiment(options: KillOptions, mood: Mood): Promise<KillRun> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
  const place = { folder, port: await fixedPort(), backendPort: await fixedPort() };
  const peer = peerOf(options, place);
  const program = new Killable(peer.program);
  const receiver = new ChaosReceiver(place.backendPort);
  const pushers = Array.from({ length: options.connections }, (_, i) => pusherOf(peer, place.port, `c${i}`));
  try {
    return await run(options, mood, { peer, program, receiver, pushers });
  } finally {
    for (const pusher of pushers) pusher.stop();
    await program.dispose();
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function pusherOf({ target, confirms }: Peer, port: number, instance: string): Pusher {
  return new Pusher({ port, instance, target: target(instance), confirms });
}

async function run(options: KillOptions, mood: Mood, stage: Stage): Promise<KillRun> {
  const { peer, program, receiver, pushers } = stage;
  const dice = new Dice(options.seed);
  await receiver.changeMood(mood, options.seed);
  for (let round = 1; round <= options.rounds; round++) {
    await receiver.beginGeneration(round);
    await runRound(options, dice, stage);
  }
  for (const pusher of pushers) pusher.stop();
  await receiver.beginGeneration(options.rounds + 1);
  await receiver.changeMood('up', options.seed);
  program.start();
  await program.whenReady();
  await drained(stage);
  const ending = await program.end('SIGTERM');
  return {
    mood,
    rounds: options.rounds,
    verdict: judge(pushers, await receiver.taken(), peer.inDoubtBy),
    statuses: statusesOf(pushers),
    ending,
  };
}

async function runRound({ msPerRound }: KillOptions, dice: Dice, { program, pushers }: Stage): Promise<void> {
  const answers = () => pushers.reduce((sum, pusher) => sum + pusher.answers, 0);
  const before = answers();
  const isKilledAtStart = dice.nat(STARTS_KILLED) === 0;
  const killAfterMs = dice.nat(isKilledAtStart ? LONGEST_START_MS : msPerRound);
  program.start();
  if (!isKilledAtStart) await firstAnswer(program, () => answers() > before);
  await pause(killAfterMs);
  program.assertRuns();
  await program.end('SIGKILL');
}

async function firstAnswer(program: Killable, hasAnswered: () => boolean): Promise<void> {
  const settled = () => {
    program.assertRuns();
    return hasAnswered();
  };
  await waitUntil(settled, 'a first answer', ANSWER_TIMEOUT_MS);
}

/** Waits until the backend has got nothing new for a while. */
async function drained({ peer, program, receiver }: Stage): Promise<void> {
  const start = performance.now();
  for (;;) {
    const quietMs = Math.min(await receiver.quietMs(), performance.now() - start);
    if (quietMs >= peer.drainedAfterMs) return;
    program.assertRuns();
    if (performance.now() - start > DRAIN_TIMEOUT_MS)
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
