// What a path that is no push path most likely got wrong, piece by piece, and the push path that was meant.
import { quote } from './quote.ts';
import { tryDecode } from './try-decode.ts';

export interface Mistake {
  /** What is wrong, as far as can be told. */
  readonly problems: readonly string[];
  /** The push path that was meant; undefined where too little of it is there. */
  readonly meant: string | undefined;
}

/** What the pieces before the job say. */
interface Head {
  readonly problems: readonly string[];
  readonly prefix: string;
  /** Whether labels stand where the job belongs. */
  readonly hasLabels: boolean;
}

const REMOTE_WRITE = /\/api\/(?:v1\/(?:write|push|receive)|prom\/push)\/?$/i;
const JOB = /^(job)(s?)(@base64)?$/i;

export function findMistake(path: string, pathPrefixes: readonly string[]): Mistake {
  if (REMOTE_WRITE.test(path)) return onlyProblem('Sluice takes pushes, not remote write');
  if (pathPrefixes.includes(path.replace(/\/$/, '')))
    return onlyProblem('this is the base URL for a client library, which adds the rest');
  const pieces = path.split('/').slice(1);
  const jobAt = pieces.findIndex((piece) => JOB.test(tryDecode(piece) ?? ''));
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
        : `behind "metrics" "job" is expected, ${quote(found)} is found`,
    );
  }
  return { problems: [], meant: undefined };
}

function withJob(pieces: readonly string[], jobAt: number, pathPrefixes: readonly string[]): Mistake {
  const before = pieces.slice(0, jobAt);
  const named = before.filter((piece) => piece !== '');
  const head = readHead(named, pathPrefixes);
  const written = tryDecode(pieces[jobAt]!)!;
  const [, job = '', plural, base64 = ''] = JOB.exec(written)!;
  const values = pieces.slice(jobAt + 1);
  const isJobMissing = (values[0] ?? '') === '';
  const problems = [...head.problems];
  if (plural !== '') problems.push(`"job" is expected, ${quote(written)} is found`);
  if (head.hasLabels) problems.push('the job comes first behind "metrics"');
  else if (isJobMissing) problems.push('the job is missing');
  else if (isOtherCase([...named, job + base64], head.prefix)) problems.push('upper and lower case count');
  else if (named.length > 0 && before.at(-1) === '') problems.push('a slash is too many before "job"');
  if (head.hasLabels || isJobMissing) return { problems, meant: undefined };
  return { problems, meant: `${head.prefix}/metrics/job${base64.toLowerCase()}/${values.join('/')}` };
}

/** Takes the prefix that stands there, or the first one where it is another or none. */
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
    ? `the path prefix ${found} is too many`
    : `the path prefix is ${quote(wanted)}, not ${found}`;
}

function metricsProblems(count: number): string[] {
  if (count === 0) return ['"metrics" is missing'];
  return count === 1 ? [] : ['"metrics" stands twice, the base URL must not end in it'];
}

/** How many pieces a prefix is of those at the front, whatever their case; -1 where it is not there. */
function lengthOf(prefix: string, pieces: readonly string[]): number {
  const wanted = prefix.split('/').slice(1);
  const isThere = wanted.every((piece, at) => isSame(piece, pieces[at]));
  return isThere ? wanted.length : -1;
}

function isMetrics(piece: string | undefined): boolean {
  return isSame('metrics', piece);
}

function isSame(wanted: string, piece: string | undefined): boolean {
  return piece !== undefined && tryDecode(piece)?.toLowerCase() === wanted.toLowerCase();
}

/** Whether one of the pieces is one that is wanted but for its case. */
function isOtherCase(pieces: readonly string[], prefix: string): boolean {
  const wanted = [...prefix.split('/'), 'metrics', 'job', 'job@base64'];
  return pieces.some((piece) => {
    const decoded = tryDecode(piece) ?? '';
    return !wanted.includes(decoded) && wanted.some((each) => isSame(each, decoded));
  });
}
