// The command line of kill.ts: what is asked for, checked, with a default for everything.
import { parseArgs } from 'node:util';

export const LEVELS = ['queued', 'stored', 'delivered'] as const;
export const MOODS = ['up', 'down', 'slow', 'flapping', 'resetting'] as const;
export const SIGNALS = ['SIGKILL', 'SIGTERM'] as const;
export const PEERS = ['sluice', 'vmagent', 'pushgateway'] as const;

export type Level = (typeof LEVELS)[number];
/** How the backend behaves while pushes come in and the program is killed; at the end it is up. */
export type Mood = (typeof MOODS)[number];
export type Signal = (typeof SIGNALS)[number];
export type PeerName = (typeof PEERS)[number];

export interface KillOptions {
  readonly peer: PeerName;
  readonly level: Level;
  /** Of each run in turn: the moods of all its backends. */
  readonly runs: readonly (readonly Mood[])[];
  readonly rounds: number;
  readonly connections: number;
  /** What ends each round. */
  readonly signal: Signal;
  /** The longest time between the first answer of a round and its kill. */
  readonly msPerRound: number;
  /** Decides every kill and every fault of the backend, though not what they meet. */
  readonly seed: number;
  /** Sluice only: each start has another number of shards. */
  readonly reshards: boolean;
  /** Pushgateway only: keep what was pushed in a file. */
  readonly persists: boolean;
}

export const KILL_USAGE = `usage: node test/chaos/kill.ts [options]

  --peer ${PEERS.join('|')}              what is killed (sluice)
  --level ${LEVELS.join('|')}                what an answer of Sluice promises (stored)
  --backend ${MOODS.join('|')}|all  one run for each, with commas (up);
                             up+down is one run with two backends
  --rounds N                 kills for each backend (200)
  --signal ${SIGNALS.join('|')}   what ends each round (SIGKILL)
  --connections N            that push at the same time (8)
  --seconds-per-round S      the longest time from the first answer to the kill (0.5)
  --seed N                   of every random choice (1)
  --reshard                  Sluice with another number of shards at each start
  --persistence              Pushgateway with --persistence.file

exit status: 0 the level's promise was kept, or none is made; 1 it was broken; 2 wrong arguments
`;

/** Throws an Error with one sentence where the arguments make no sense. */
export function parseKillOptions(args: readonly string[]): KillOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      peer: { type: 'string', default: 'sluice' },
      level: { type: 'string', default: 'stored' },
      backend: { type: 'string', default: 'up' },
      rounds: { type: 'string', default: '200' },
      signal: { type: 'string', default: 'SIGKILL' },
      connections: { type: 'string', default: '8' },
      'seconds-per-round': { type: 'string', default: '0.5' },
      seed: { type: 'string', default: '1' },
      reshard: { type: 'boolean', default: false },
      persistence: { type: 'boolean', default: false },
    },
  });
  const runs = values.backend === 'all' ? MOODS : values.backend.split(',');
  return {
    peer: oneOf('--peer', PEERS, values.peer),
    level: oneOf('--level', LEVELS, values.level),
    runs: runs.map((run) => run.split('+').map((mood) => oneOf('--backend', MOODS, mood))),
    rounds: whole('--rounds', values.rounds, 1, 10_000),
    connections: whole('--connections', values.connections, 1, 256),
    signal: oneOf('--signal', SIGNALS, values.signal),
    msPerRound: 1000 * between('--seconds-per-round', values['seconds-per-round'], 0.01, 60),
    seed: whole('--seed', values.seed, 0, 2 ** 31 - 1),
    reshards: values.reshard,
    persists: values.persistence,
  };
}

function oneOf<T extends string>(option: string, allowed: readonly T[], seen: string): T {
  const found = allowed.find((each) => each === seen);
  if (found === undefined) throw wrong(option, allowed.join(', '), seen);
  return found;
}

function whole(option: string, seen: string, least: number, most: number): number {
  const number = between(option, seen, least, most);
  if (!Number.isInteger(number)) throw wrong(option, 'a whole number', seen);
  return number;
}

function between(option: string, seen: string, least: number, most: number): number {
  const number = Number(seen);
  if (!(number >= least && number <= most)) throw wrong(option, `${least} to ${most}`, seen);
  return number;
}

function wrong(option: string, expected: string, seen: string): Error {
  return new Error(`Cannot use ${option}: expected ${expected}, found ${seen}`);
}
