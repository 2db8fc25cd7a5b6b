// --job and --label of `sluice push`: the grouping key, with everything wrong told before anything is sent.
import { quote } from '../../intake/outcome/quoted-text.ts';
import { UsageError } from '../usage-error.ts';

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
