// Random OpenMetrics bodies that keep to the specification, and beside each the samples that must be read from it.
import type { Dice } from '../../support/dice.ts';
import { type ReadExemplar, type ReadSample, sample } from '../read-body.ts';

export interface WrittenBody {
  /** The lines before `# EOF`. */
  readonly text: string;
  readonly samples: readonly ReadSample[];
}

type Labels = Readonly<Record<string, string>>;

const TYPES = [
  ...['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown', ''],
] as const;
type Type = (typeof TYPES)[number];

const LABELS = ['a', 'Z', '_x', 'job', 'instance', 'code', 'b0', 'aa'];
const LETTERS = [
  'a',
  'b',
  '\\',
  '"',
  '\n',
  'é',
  '中',
  '😀',
  '\0',
  '\r',
  '\t',
  ',',
  '}',
  '{',
  '#',
  '=',
  ' ',
  'n',
];
const HELPS = ['', 'text', 'a \\\\ b', 'ü \\"x\\"', '\\n', ' # EOF', '\\t'];
/** Bounds as Sluice writes them by default, each as itself. */
const BOUNDS = ['-2.5', '0', '0.5', '1', '2.5', '100', '1e+06', '1.5e+100'];

interface Point {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly mayHaveExemplar: boolean;
}

export function writtenOpenMetrics(dice: Dice): WrittenBody {
  const families = Array.from({ length: dice.nat(5) }, (_, i) => family(dice, i));
  return {
    text: families.map(({ text }) => text).join(''),
    samples: families.flatMap(({ samples }) => samples),
  };
}

function family(dice: Dice, index: number): WrittenBody {
  const type = dice.pick(TYPES);
  const hasUnit = type !== 'info' && type !== 'stateset' && dice.nat(4) === 0;
  // The name of a stateset is that of a label, too.
  const first = type === 'stateset' ? 's' : dice.text(['a', 'B', '_', ':'], 5, 1);
  const name = `${first}_${index}x${hasUnit ? '_seconds' : ''}`;
  const head = [
    ...(type === '' ? [] : [`# TYPE ${name} ${type}`]),
    ...(hasUnit ? [`# UNIT ${name} seconds`] : []),
    ...(dice.coin() ? [`# HELP ${name} ${dice.pick(HELPS)}`] : []),
  ];
  const isTimed = dice.nat(3) === 0;
  const lines = Array.from({ length: dice.nat(4) }, (_, i) => {
    const timestampMs = isTimed ? dice.nat(2 ** 31) * 1000 + dice.nat(1000) : undefined;
    return points(dice, name, type, ownLabels(dice, i)).map((point) => line(dice, point, timestampMs));
  }).flat();
  const text = [...dice.shuffled(head), ...lines.map((one) => one.text)].map((one) => `${one}\n`).join('');
  return { text, samples: lines.map((one) => one.read) };
}

/** Labels with one that tells this group from the others of its family. */
function ownLabels(dice: Dice, i: number): Labels {
  const names = dice.shuffled([...dice.some(LABELS, 3), 'u']);
  return Object.fromEntries(names.map((name) => [name, name === 'u' ? String(i) : dice.text(LETTERS, 6, 1)]));
}

function points(dice: Dice, name: string, type: Type, labels: Labels): Point[] {
  const point = (suffix: string, value: number, more: Labels = {}, mayHaveExemplar = false): Point => {
    return { name: name + suffix, labels: { ...labels, ...more }, value, mayHaveExemplar };
  };
  const created = () => (dice.nat(3) === 0 ? [point('_created', dice.nat(2 ** 31))] : []);
  const amount = () => Math.abs(number(dice, 'finite'));
  switch (type) {
    case 'counter':
      return [point('_total', amount(), {}, true), ...created()];
    case 'histogram':
    case 'gaugehistogram': {
      const [count, sum] = type === 'histogram' ? ['_count', '_sum'] : ['_gcount', '_gsum'];
      // Below zero there is no sum.
      const bounds = [...BOUNDS.slice(1).filter(() => dice.coin()), '+Inf'];
      const counts = bounds.map((_, i) => 3 * i);
      const buckets = bounds.map((le, i) => point('_bucket', counts[i]!, { le }, true));
      const end = type === 'histogram' ? created() : [];
      return [...buckets, point(count, counts.at(-1)!), point(sum, amount()), ...end];
    }
    case 'summary': {
      const quantiles = ['0', '0.5', '0.99', '1'].filter(() => dice.coin());
      const values = quantiles.map((quantile) => point('', amount(), { quantile }));
      return [...values, point('_count', dice.nat(1000)), point('_sum', amount()), ...created()];
    }
    case 'info':
      return [point('_info', 1)];
    case 'stateset':
      return ['on', 'off'].map((state) => point('', dice.nat(2), { [name]: state }));
    default:
      return [point('', number(dice, 'any'))];
  }
}

function line(dice: Dice, { name, labels, value, mayHaveExemplar }: Point, timestampMs: number | undefined) {
  const exemplar = mayHaveExemplar && dice.nat(3) === 0 ? exemplarOf(dice) : undefined;
  const time = timestampMs === undefined ? '' : ` ${secondsToken(dice, timestampMs)}`;
  const text = `${name}${labelText(labels)} ${numberToken(dice, value)}${time}${exemplar ? ` # ${exemplar.text}` : ''}`;
  const read = sample(name, labels, value, timestampMs);
  return { text, read: exemplar ? { ...read, exemplar: exemplar.read } : read };
}

function exemplarOf(dice: Dice): { readonly text: string; readonly read: ReadExemplar } {
  const labels = Object.fromEntries(
    dice.some(['trace_id', 'b', 'a'], 3).map((name) => [name, dice.text(LETTERS, 10, 1)]),
  );
  const value = number(dice, 'any');
  const timestampMs = dice.coin() ? dice.nat(2 ** 31) * 1000 + dice.nat(1000) : undefined;
  const time = timestampMs === undefined ? '' : ` ${secondsToken(dice, timestampMs)}`;
  const read = { labels, value, ...(timestampMs !== undefined && { timestampMs }) };
  return { text: `${labelText(labels) || '{}'} ${numberToken(dice, value)}${time}`, read };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
}

/** Any double, or any finite one. */
function number(dice: Dice, range: 'any' | 'finite'): number {
  const double = dice.double();
  const plain = Number.isFinite(double) ? double : 1.5;
  const special = range === 'finite' ? [0, 1, 5e-324] : [0, -0, NaN, Infinity, -Infinity, Number.MAX_VALUE];
  return dice.pick([plain, dice.nat(1000), (dice.nat(20_000) - 9999) / 100, dice.pick(special)]);
}

function numberToken(dice: Dice, value: number): string {
  if (Number.isNaN(value)) return dice.pick(['NaN', 'nan']);
  if (!Number.isFinite(value))
    return value > 0 ? dice.pick(['+Inf', 'Inf', 'inf']) : dice.pick(['-Inf', '-inf']);
  if (Object.is(value, -0)) return dice.pick(['-0', '-0.0']);
  const whole = Number.isInteger(value) && Math.abs(value) < 1e15 ? [`${value}.0`] : [];
  return dice.pick([String(value), value.toExponential(), value.toPrecision(17), ...whole]);
}

/** A whole number of ms from 0 on, in seconds. */
function secondsToken(dice: Dice, timestampMs: number): string {
  const digits = String(timestampMs).padStart(4, '0');
  const plain = `${digits.slice(0, -3)}.${digits.slice(-3)}`;
  const whole = timestampMs % 1000 === 0 ? [String(timestampMs / 1000)] : [];
  return dice.pick([plain, `${plain}000000`, ...whole]);
}
