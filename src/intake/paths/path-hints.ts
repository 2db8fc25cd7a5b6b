// Hints for a client that missed the push path: what its path most likely got wrong, and the push path that was meant.
import { quote } from '../../wire/quoted-text.ts';
import { tryDecodePiece } from './grouping-path.ts';

const MAX_SHOWN = 120;

export interface PushPlace {
  /** Whether pushes are taken. */
  readonly enabled: boolean;
  readonly pathPrefixes: readonly string[];
}

/** Where pushes go. */
export function whereToPush({ enabled, pathPrefixes }: PushPlace): string {
  if (!enabled) return 'pushes are switched off (push.pushgateway.enabled)';
  return `pushes go to ${pathPrefixes[0] ?? ''}/metrics/job/<job>{/<label>/<value>}`;
}

/** One line for a path that is not served. */
export function pathHint(path: string, place: PushPlace): string {
  return `Cannot find ${quote(path, MAX_SHOWN)}: ${adviceOn(path, place).join('; ')}`;
}

function adviceOn(path: string, place: PushPlace): string[] {
  if (!place.enabled) return [whereToPush(place)];
  const { problems, meant } = findMistake(path, place.pathPrefixes);
  return [...problems, isShowable(meant) ? `pushes go to ${meant}` : whereToPush(place)];
}

/** A path is shown to be copied, so it is shown whole or not at all, and only if it has nothing but path characters. */
function isShowable(path: string | undefined): path is string {
  return path !== undefined && path.length <= MAX_SHOWN && /^[!-~]*$/.test(path);
}

interface Mistake {
  /** What is wrong, as far as can be known. */
  readonly problems: readonly string[];
  /** The push path that was meant; undefined if too little of it is there. */
  readonly meant: string | undefined;
}

/** The pieces before the job. */
interface Head {
  readonly problems: readonly string[];
  readonly prefix: string;
  /** Whether labels come where the job belongs. */
  readonly hasLabels: boolean;
}

const REMOTE_WRITE = /\/api\/(?:v1\/(?:write|push|receive)|prom\/push)\/?$/i;
const JOB = /^(job)(s?)(@base64)?$/i;

function findMistake(path: string, pathPrefixes: readonly string[]): Mistake {
  if (REMOTE_WRITE.test(path)) return onlyProblem('Sluice takes pushes, not remote write');
  if (pathPrefixes.includes(path.replace(/\/$/, '')))
    return onlyProblem('this is the base URL for a client library, which adds the rest');
  const pieces = path.split('/').slice(1);
  const jobAt = pieces.findIndex((piece) => JOB.test(tryDecodePiece(piece) ?? ''));
  return jobAt < 0 ? withoutJob(pieces, pathPrefixes) : withJob(pieces, jobAt, pathPrefixes);
}

function onlyProblem(problem: string): Mistake {
  return { problems: [problem], meant: undefined };
}

function withoutJob(pieces: readonly string[], pathPrefixes: readonly string[]): Mistake {
  const named = pieces.filter((piece) => piece !== '');
  for (const prefix of pathPrefixes) {
    const at = lengthOf(prefix, named);
    if (at < 0 || !isMetrics(named[at])) continue;
    const found = named[at + 1];
    return onlyProblem(
      found === undefined
        ? 'the job is missing'
        : `"job" is expected after "metrics", ${quote(found)} is found`,
    );
  }
  return { problems: [], meant: undefined };
}

function withJob(pieces: readonly string[], jobAt: number, pathPrefixes: readonly string[]): Mistake {
  const before = pieces.slice(0, jobAt);
  const named = before.filter((piece) => piece !== '');
  const head = readHead(named, pathPrefixes);
  const written = tryDecodePiece(pieces[jobAt]!)!;
  const [, job = '', plural, base64 = ''] = JOB.exec(written)!;
  const values = pieces.slice(jobAt + 1);
  const isJobMissing = (values[0] ?? '') === '';
  const problems = [...head.problems];
  if (plural !== '') problems.push(`"job" is expected, ${quote(written)} is found`);
  if (head.hasLabels) problems.push('the job comes first after "metrics"');
  else if (isJobMissing) problems.push('the job is missing');
  else if (isOtherCase([...named, job + base64], head.prefix)) problems.push('the path is case-sensitive');
  else if (named.length > 0 && before.at(-1) === '') problems.push('there is a slash too many before "job"');
  if (head.hasLabels || isJobMissing) return { problems, meant: undefined };
  return { problems, meant: `${head.prefix}/metrics/job${base64.toLowerCase()}/${values.join('/')}` };
}

/** Takes the configured prefix that the path has, or the first configured one if it has another or none. */
function readHead(head: readonly string[], pathPrefixes: readonly string[]): Head {
  const prefix = pathPrefixes
    .filter((candidate) => candidate !== '' && lengthOf(candidate, head) >= 0)
    .sort((a, b) => b.length - a.length)[0];
  const rest = prefix === undefined ? head : head.slice(lengthOf(prefix, head));
  const leading = rest.findIndex((piece) => !isMetrics(piece));
  if (leading < 0 && (prefix !== undefined || pathPrefixes.includes('')))
    return { problems: metricsProblems(rest.length), prefix: prefix ?? '', hasLabels: false };
  if (leading > 0 && prefix !== undefined) return { problems: [], prefix, hasLabels: true };
  const trailing = rest.length - 1 - rest.findLastIndex((piece) => !isMetrics(piece));
  const wanted = prefix ?? pathPrefixes[0] ?? '';
  const foreign = head.slice(0, head.length - trailing);
  const problems = [prefixProblem(wanted, foreign), ...metricsProblems(trailing)];
  return { problems, prefix: wanted, hasLabels: false };
}

function prefixProblem(wanted: string, foreign: readonly string[]): string {
  const found = quote(`/${foreign.join('/')}`);
  if (foreign.length === 0) return `the path prefix ${quote(wanted)} is missing`;
  return wanted === ''
    ? `the path prefix ${found} does not belong there`
    : `the path prefix is ${quote(wanted)}, not ${found}`;
}

function metricsProblems(count: number): string[] {
  if (count === 0) return ['"metrics" is missing'];
  return count === 1 ? [] : ['"metrics" is there twice, the base URL must not end in it'];
}

/** How many of the first pieces are the prefix, in any case; -1 if they are not. */
function lengthOf(prefix: string, pieces: readonly string[]): number {
  const wanted = prefix.split('/').slice(1);
  const isThere = wanted.every((piece, at) => isSame(piece, pieces[at]));
  return isThere ? wanted.length : -1;
}

function isMetrics(piece: string | undefined): boolean {
  return isSame('metrics', piece);
}

function isSame(wanted: string, piece: string | undefined): boolean {
  return piece !== undefined && tryDecodePiece(piece)?.toLowerCase() === wanted.toLowerCase();
}

/** Whether one of the pieces differs from a wanted one by case only. */
function isOtherCase(pieces: readonly string[], prefix: string): boolean {
  const wanted = [...prefix.split('/'), 'metrics', 'job', 'job@base64'];
  return pieces.some((piece) => {
    const decoded = tryDecodePiece(piece) ?? '';
    return !wanted.includes(decoded) && wanted.some((each) => isSame(each, decoded));
  });
}
