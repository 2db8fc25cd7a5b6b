// Random pushes: families of every type as the text that a client could write, and beside it what must leave.
import type { Dice } from '../support/dice.ts';
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

export function writtenPush(dice: Dice): WrittenPush {
  const grouping = { job: 'test', ...labelRecord(dice, ['instance', 'a', 'Z', 'zone']) };
  const defaults = labelRecord(dice, ['a', 'b0', 'cluster', '_x', 'jobs']);
  const head: string[] = [];
  const names = Array.from(
    { length: dice.nat(6) },
    (_, i) => `${dice.text(['a', 'B', '_', ':'], 6, 1)}_${i}`,
  );
  const lines = dice.shuffled(names.flatMap((name) => family(dice, name, head)));
  const texts = lines.flatMap((line) => [...dice.some(COMMENTS, 1), lineText(dice, line)]);
  const body = [...dice.shuffled(head), ...texts].map((text) => `${text}\n`).join('');
  const all = [...lines, ...infinityBuckets(lines)];
  const expected = (style: Style) => all.map((line) => flatten(line, grouping, defaults, style));
  return { body, grouping, defaults, expected };
}

/** The sample lines of a family; its TYPE and HELP go to `head`. */
function family(dice: Dice, name: string, head: string[]): Line[] {
  const type = dice.pick(TYPES);
  if (type !== '') head.push(`#${dice.pick(['', ' ', '\t'])}TYPE ${name}\t ${type}`);
  if (dice.coin()) head.push(`# HELP ${name} ${dice.pick(HELPS)}`);
  return Array.from({ length: dice.nat(5) }, (_, i) => {
    const own = ownLabels(dice, type, i);
    if (type === 'histogram') return histogram(dice, name, own);
    return type === 'summary' ? summary(dice, name, own) : [sampleLine(dice, name, own)];
  }).flat();
}

/** Labels with one that tells this series from the others of its family. */
function ownLabels(dice: Dice, type: string, i: number): OwnLabels {
  const reserved = type === 'histogram' ? 'le' : type === 'summary' ? 'quantile' : '';
  const names = dice.some(NAMES, 4).filter((name) => name !== reserved);
  return [...names.map((name) => [name, labelValue(dice)] as const), ['u', String(i)]];
}

function histogram(dice: Dice, name: string, own: OwnLabels): Line[] {
  const uppers = bounds(dice);
  const lines = uppers.map((bound) => sampleLine(dice, `${name}_bucket`, [...own, ['le', bound]]));
  if (dice.coin()) lines.push(sampleLine(dice, `${name}_sum`, own));
  if (dice.coin()) {
    const count = sampleLine(dice, `${name}_count`, own);
    // A count with a time of its own would ask for a bucket of that time beside one of another.
    const hasInfinity = uppers.some(({ canonical }) => canonical === '+Inf');
    lines.push(hasInfinity ? { ...count, timestampMs: undefined } : { ...count, makesInfinity: name });
  }
  return lines;
}

function summary(dice: Dice, name: string, own: OwnLabels): Line[] {
  const lines = bounds(dice).map((bound) => sampleLine(dice, name, [...own, ['quantile', bound]]));
  if (dice.coin()) lines.push(sampleLine(dice, `${name}_count`, own), sampleLine(dice, `${name}_sum`, own));
  return lines;
}

function sampleLine(dice: Dice, metric: string, labels: OwnLabels): Line {
  const timestampMs =
    dice.nat(4) === 0 ? dice.pick([0, -5, dice.nat(2 ** 31), 1_800_000_000_000]) : undefined;
  return { metric, labels: dice.shuffled(labels), ...number(dice), timestampMs };
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

function labelRecord(dice: Dice, names: readonly string[]): Labels {
  return Object.fromEntries(dice.some(names, 3).map((name) => [name, labelValue(dice)]));
}

function labelValue(dice: Dice): string {
  if (dice.nat(8) === 0) return 'x'.repeat(dice.pick([110, 126, 127, 128, 129, 300]));
  return dice.text(LETTERS, 8);
}
