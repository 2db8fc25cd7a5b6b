// Random pushes: families of every type as text that a client could write, together with what must be sent.
import type { SeededRandom } from '../support/seeded-random.ts';
import { type FlatSeries, type Labels, RECEIVED_AT_MS } from './transcode-body.ts';
import { type Line, lineText } from './written-line.ts';
import { bounds, number, type Style } from './written-number.ts';

export interface WrittenPush {
  readonly body: string;
  readonly grouping: Labels;
  readonly defaults: Labels;
  /** The series that must leave, in order. */
  expected(style: Style): readonly FlatSeries[];
}

type OwnLabels = Line['labels'];

const TYPES = ['gauge', 'counter', 'untyped', 'histogram', 'summary', ''] as const;
const NAMES = ['a', 'Z', '_x', 'j', 'joa', 'job', 'jobs', 'instance', 'b0', 'le', 'quantile', 'aa'];
const LETTERS = ['a', 'b', '\\', '"', '\n', 'é', '中', '😀', '\0', '\r', '\t', ',', '}', '=', ' ', 'n'];
const COMMENTS = ['', ' \t', '#', '# EOF', '# x "\\', '\t# a{b="c"} 1'];
const HELPS = ['text', 'a \\\\ b', 'ü "x"', '\\n'];

export function writtenPush(random: SeededRandom): WrittenPush {
  const grouping = { job: 'test', ...labelRecord(random, ['instance', 'a', 'Z', 'zone']) };
  const defaults = labelRecord(random, ['a', 'b0', 'cluster', '_x', 'jobs']);
  const head: string[] = [];
  const names = Array.from(
    { length: random.nat(6) },
    (_, i) => `${random.text(['a', 'B', '_', ':'], 6, 1)}_${i}`,
  );
  const lines = random.shuffled(names.flatMap((name) => family(random, name, head)));
  const texts = lines.flatMap((line) => [...random.some(COMMENTS, 1), lineText(random, line)]);
  const body = [...random.shuffled(head), ...texts].map((text) => `${text}\n`).join('');
  const all = [...lines, ...infinityBuckets(lines)];
  const expected = (style: Style) => all.map((line) => flatten(line, grouping, defaults, style));
  return { body, grouping, defaults, expected };
}

/** The sample lines of a family; its TYPE and HELP go to `head`. */
function family(random: SeededRandom, name: string, head: string[]): Line[] {
  const type = random.pick(TYPES);
  if (type !== '') head.push(`#${random.pick(['', ' ', '\t'])}TYPE ${name}\t ${type}`);
  if (random.coin()) head.push(`# HELP ${name} ${random.pick(HELPS)}`);
  return Array.from({ length: random.nat(5) }, (_, i) => {
    const own = ownLabels(random, type, i);
    if (type === 'histogram') return histogram(random, name, own);
    return type === 'summary' ? summary(random, name, own) : [sampleLine(random, name, own)];
  }).flat();
}

/** Labels with one that distinguishes this series from the others of its family. */
function ownLabels(random: SeededRandom, type: string, i: number): OwnLabels {
  const reserved = type === 'histogram' ? 'le' : type === 'summary' ? 'quantile' : '';
  const names = random.some(NAMES, 4).filter((name) => name !== reserved);
  return [...names.map((name) => [name, labelValue(random)] as const), ['u', String(i)]];
}

function histogram(random: SeededRandom, name: string, own: OwnLabels): Line[] {
  const uppers = bounds(random);
  const lines = uppers.map((bound) => sampleLine(random, `${name}_bucket`, [...own, ['le', bound]]));
  if (random.coin()) lines.push(sampleLine(random, `${name}_sum`, own));
  if (random.coin()) {
    const count = sampleLine(random, `${name}_count`, own);
    // A count with its own time would need a bucket of that time next to one of another.
    const hasInfinity = uppers.some(({ canonical }) => canonical === '+Inf');
    lines.push(hasInfinity ? { ...count, timestampMs: undefined } : { ...count, makesInfinity: name });
  }
  return lines;
}

function summary(random: SeededRandom, name: string, own: OwnLabels): Line[] {
  const lines = bounds(random).map((bound) => sampleLine(random, name, [...own, ['quantile', bound]]));
  if (random.coin())
    lines.push(sampleLine(random, `${name}_count`, own), sampleLine(random, `${name}_sum`, own));
  return lines;
}

function sampleLine(random: SeededRandom, metric: string, labels: OwnLabels): Line {
  const timestampMs =
    random.nat(4) === 0 ? random.pick([0, -5, random.nat(2 ** 31), 1_800_000_000_000]) : undefined;
  return { metric, labels: random.shuffled(labels), ...number(random), timestampMs };
}

function infinityBuckets(lines: readonly Line[]): Line[] {
  return lines
    .filter(({ makesInfinity }) => makesInfinity !== undefined)
    .map((line) => ({
      ...line,
      metric: `${line.makesInfinity}_bucket`,
      labels: [...line.labels, ['le', '+Inf']],
    }));
}

function flatten(line: Line, grouping: Labels, defaults: Labels, style: Style): FlatSeries {
  // An empty value is an absent label: a default fills it; one of the path takes the pushed one away.
  const own = line.labels
    .map(([name, text]) => [name, typeof text === 'string' ? text : text[style]] as const)
    .filter(([, value]) => value !== '');
  const all = { ...defaults, ...Object.fromEntries(own), ...grouping, __name__: line.metric };
  const labels = Object.entries(all)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { labels, value: line.value, timestampMs: line.timestampMs ?? RECEIVED_AT_MS };
}

function labelRecord(random: SeededRandom, names: readonly string[]): Labels {
  return Object.fromEntries(random.some(names, 3).map((name) => [name, labelValue(random)]));
}

function labelValue(random: SeededRandom): string {
  if (random.nat(8) === 0) return 'x'.repeat(random.pick([110, 126, 127, 128, 129, 300]));
  return random.text(LETTERS, 8);
}
