// What a Pushgateway exposes after a push, compared with what Sluice sent for the same push.
import type { DecodedSeries } from '../support/decode-write-request.ts';
import type { SuffixedType } from './deliberate-differences.ts';

/** Values by labels: the names and values as JSON, sorted. */
type Samples = ReadonlyMap<string, number>;
type Labels = ReadonlyMap<string, string>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/gs;
const OWN_METRICS = new Set(['push_time_seconds', 'push_failure_time_seconds']);
const PART = /_(?:bucket|sum|count)$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' };

/** The samples of a job in an exposition as a Pushgateway writes it, less those it adds itself. */
export function exposedSamples(exposition: string, job: string): Samples {
  const samples = new Map<string, number>();
  for (const line of exposition.split('\n')) {
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '' || OWN_METRICS.has(name)) continue;
    const pairs = [...labels.matchAll(LABEL)].map(
      ([, label = '', text = '']) => [label, unescapeText(text)] as const,
    );
    if (pairs.some(([label, text]) => label === 'job' && text === job))
      samples.set(keyOf([['__name__', name], ...pairs]), readValue(value));
  }
  return samples;
}

export function sentSamples(all: readonly DecodedSeries[]): Samples {
  return new Map(all.map(({ labels, samples }) => [keyOf(labels), samples[0]!.value]));
}

/** Every way in which the two are not alike. `types` has the histograms and summaries of the body by name. */
export function compareSamples(
  exposed: Samples,
  sent: Samples,
  types: ReadonlyMap<string, SuffixedType>,
): readonly string[] {
  const complaints: string[] = [];
  const odd = oddFamilies(sent, types);
  for (const key of new Set([...exposed.keys(), ...sent.keys()])) {
    const theirs = exposed.get(key);
    const ours = sent.get(key);
    const family = familyOf(labelsOf(key), types);
    const isAlike =
      Object.is(theirs, ours) || (family !== undefined && (odd.has(family) || mayDiffer(key, theirs, ours)));
    if (!isAlike) complaints.push(`${key}: Sluice ${ours}, Pushgateway ${theirs}`);
  }
  return complaints;
}

/** Pushgateway adds parts that were not pushed, as 0, and makes counts whole and positive. */
function mayDiffer(key: string, theirs: number | undefined, ours: number | undefined): boolean {
  if (ours === undefined) return theirs === 0;
  const isCount = /_(?:bucket|count)$/.test(nameOf(labelsOf(key)));
  return theirs !== undefined && isCount && !(Number.isSafeInteger(ours) && ours >= 0);
}

/**
 * Histograms and summaries with something in them that is not one of their parts. Pushgateway throws it away, or takes
 * it for another part; Sluice sends what was pushed.
 */
function oddFamilies(sent: Samples, types: ReadonlyMap<string, SuffixedType>): ReadonlySet<string> {
  const odd = new Set([...types.keys()].filter((name) => PART.test(name)));
  for (const key of sent.keys()) {
    const labels = labelsOf(key);
    const family = familyOf(labels, types);
    if (family !== undefined && !isPart(labels, family, types.get(family)!)) odd.add(family);
  }
  return odd;
}

function isPart(labels: Labels, family: string, type: SuffixedType): boolean {
  const bound = labels.get(type === 'histogram' ? 'le' : 'quantile');
  const bounded = type === 'histogram' ? `${family}_bucket` : family;
  if (nameOf(labels) === bounded) return bound !== undefined && bound !== 'NaN';
  return bound === undefined && /_(?:sum|count)$/.test(nameOf(labels));
}

/** The histogram or summary to which a series belongs by its name. */
function familyOf(labels: Labels, types: ReadonlyMap<string, SuffixedType>): string | undefined {
  const name = nameOf(labels);
  return [name, name.replace(PART, '')].find((each) => types.has(each));
}

function labelsOf(key: string): Labels {
  return new Map(JSON.parse(key) as [string, string][]);
}

function nameOf(labels: Labels): string {
  return labels.get('__name__') ?? '';
}

function keyOf(labels: readonly (readonly [name: string, value: string])[]): string {
  return JSON.stringify(labels.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function readValue(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
