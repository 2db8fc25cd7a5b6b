// What a chaos run says: one line for each backend, then what was wrong.
import type { Verdict } from './judge.ts';
import type { KillRun } from './kill-experiment.ts';
import type { KillOptions } from './kill-options.ts';

const COLUMNS: readonly (readonly [title: string, of: (run: KillRun) => string | number])[] = [
  ['backend', ({ mood }) => mood],
  ['rounds', ({ rounds }) => rounds],
  ['pushes', ({ verdict }) => verdict.pushes],
  ['acknowledged', ({ verdict }) => verdict.acknowledged],
  ['refused', ({ verdict }) => verdict.refused],
  ['unanswered', ({ verdict }) => verdict.unanswered],
  ['delivered', ({ verdict }) => verdict.delivered],
  ['lost', ({ verdict }) => verdict.lost],
  ['repeated in flight', ({ verdict }) => verdict.inFlight],
  ['duplicated', ({ verdict }) => verdict.duplicated],
  ['out of order', ({ verdict }) => verdict.outOfOrder],
  ['clashing', ({ verdict }) => verdict.clashing],
  ['torn', ({ verdict }) => verdict.torn],
  ['confirmed early', ({ verdict }) => verdict.confirmedEarly],
  ['refused but delivered', ({ verdict }) => verdict.refusedYetDelivered],
];

/** What must be zero if the level guarantees delivery. */
const FAULTS = [
  'lost',
  'duplicated',
  'outOfOrder',
  'clashing',
  'torn',
  'confirmedEarly',
  'refusedYetDelivered',
  'malformed',
] as const satisfies readonly (keyof Verdict)[];

/** What is wrong with a run, one sentence each; empty if the level's guarantee was kept, or it guarantees nothing. */
export function faultsOfRun(
  { peer, level }: Pick<KillOptions, 'peer' | 'level'>,
  { mood, verdict, ending }: KillRun,
): string[] {
  if (peer !== 'sluice' || level === 'queued') return [];
  const broken = FAULTS.filter((fault) => verdict[fault] > 0).map(
    (fault) => `backend ${mood}: expected 0 ${fault}, found ${verdict[fault]}`,
  );
  if (verdict.acknowledged === 0) broken.push(`backend ${mood}: expected acknowledged pushes, found none`);
  if (ending !== 0) broken.push(`backend ${mood}: expected exit code 0 of the last stop, found ${ending}`);
  return broken;
}

export function describeRuns(runs: readonly KillRun[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...runs.map((run) => COLUMNS.map(([, of]) => `${of(run)}`))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  '));
  return [...lines, ...runs.flatMap(describeDetails)].join('\n');
}

function describeDetails({ mood, statuses, verdict }: KillRun): string[] {
  const answers = [...statuses].sort().map(([status, count]) => `${status}: ${count}`);
  return [
    `backend ${mood}: answers ${answers.join(', ') || 'none'}`,
    ...verdict.examples.map((example) => `  ${example}`),
  ];
}
