// --job and --label of `sluice push`: the grouping key, checked before anything is sent, and encoded as a path that Sluice, a
// Pushgateway and the proxies before them read alike (https://github.com/prometheus/pushgateway#url).
import { quote } from '../../wire/quoted-text.ts';
import { UsageError } from '../command-ending.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The job is the first. Throws UsageError. */
export function readPushLabels(
  job: string | undefined,
  pairs: readonly string[],
): ReadonlyMap<string, string> {
  if (job === undefined || job === '') throw new UsageError('expected --job NAME, found none');
  const labels = new Map([['job', job]]);
  for (const pair of pairs) addLabel(labels, pair);
  return labels;
}

function addLabel(labels: Map<string, string>, pair: string): void {
  const at = pair.indexOf('=');
  if (at === -1) throw new UsageError(`expected --label NAME=VALUE, found ${quote(pair)}`);
  const name = pair.slice(0, at);
  if (!LABEL_NAME.test(name))
    throw new UsageError(
      `expected a label name of letters, digits and "_" in --label, not beginning with a digit, found ${quote(name)}`,
    );
  if (name.startsWith('__'))
    throw new UsageError(
      `expected a label name that does not begin with "__" in --label, found ${quote(name)}`,
    );
  if (labels.has(name))
    throw new UsageError(
      name === 'job'
        ? 'expected the job in --job, found --label job'
        : `expected --label ${name} once, found it again`,
    );
  labels.set(name, pair.slice(at + 1));
}

/**
 * A Pushgateway decodes the path before it splits it at slashes, and redirects if it finds dots or nothing between two; some proxies do the same, or refuse what is not printable. Such values go as base64.
 */
const PRINTABLE = /^[^/\\%\p{Cc}]+$/u;
const DOTS = /^\.{1,2}$/;

/** Begins with a slash. `labels` begins with the job. */
export function encodeGroupingPath(labels: ReadonlyMap<string, string>): string {
  return `/metrics${[...labels].map(([name, value]) => encodePair(name, value)).join('')}`;
}

function encodePair(name: string, value: string): string {
  if (PRINTABLE.test(value) && !DOTS.test(value)) return `/${name}/${encodeURIComponent(value)}`;
  return `/${name}@base64/${Buffer.from(value).toString('base64url') || '='}`;
}
