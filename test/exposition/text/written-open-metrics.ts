// Random OpenMetrics bodies that keep to the specification, each with the samples that must be read from it.
import type { SeededRandom } from '../../support/seeded-random.ts';
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

export function writtenOpenMetrics(random: SeededRandom): WrittenBody {
  const families = Array.from({ length: random.nat(5) }, (_, i) => family(random, i));
  return {
    text: families.map(({ text }) => text).join(''),
    samples: families.flatMap(({ samples }) => samples),
  };
}

function family(random: SeededRandom, index: number): WrittenBody {
  const type = random.pick(TYPES);
  const hasUnit = type !== 'info' && type !== 'stateset' && random.nat(4) === 0;
  // The name of a stateset is that of a label, too.
  const first = type === 'stateset' ? 's' : random.text(['a', 'B', '_', ':'], 5, 1);
  const name = `${first}_${index}x${hasUnit ? '_seconds' : ''}`;
  const head = [
    ...(type === '' ? [] : [`# TYPE ${name} ${type}`]),
    ...(hasUnit ? [`# UNIT ${name} seconds`] : []),
    ...(random.coin() ? [`# HELP ${name} ${random.pick(HELPS)}`] : []),
  ];
  const isTimed = random.nat(3) === 0;
  const lines = Array.from({ length: random.nat(4) }, (_, i) => {
    const timestampMs = isTimed ? random.nat(2 ** 31) * 1000 + random.nat(1000) : undefined;
    return points(random, name, type, ownLabels(random, i)).map((point) => line(random, point, timestampMs));
  }).flat();
  const text = [...random.shuffled(head), ...lines.map((one) => one.text)].map((one) => `${one}\n`).join('');
  return { text, samples: lines.map((one) => one.read) };
}

/** Labels with one that makes this group different from the others of its family. */
function ownLabels(random: SeededRandom, i: number): Labels {
  const names = random.shuffled([...random.some(LABELS, 3), 'u']);
  return Object.fromEntries(
    names.map((name) => [name, name === 'u' ? String(i) : random.text(LETTERS, 6, 1)]),
  );
}

function points(random: SeededRandom, name: string, type: Type, labels: Labels): Point[] {
  const point = (suffix: string, value: number, more: Labels = {}, mayHaveExemplar = false): Point => {
    return { name: name + suffix, labels: { ...labels, ...more }, value, mayHaveExemplar };
  };
  const created = () => (random.nat(3) === 0 ? [point('_created', random.nat(2 ** 31))] : []);
  const amount = () => Math.abs(number(random, 'finite'));
  switch (type) {
    case 'counter':
      return [point('_total', amount(), {}, true), ...created()];
    case 'histogram':
    case 'gaugehistogram': {
      const [count, sum] = type === 'histogram' ? ['_count', '_sum'] : ['_gcount', '_gsum'];
      // Below zero there is no sum.
      const bounds = [...BOUNDS.slice(1).filter(() => random.coin()), '+Inf'];
      const counts = bounds.map((_, i) => 3 * i);
      const buckets = bounds.map((le, i) => point('_bucket', counts[i]!, { le }, true));
      const end = type === 'histogram' ? created() : [];
      return [...buckets, point(count, counts.at(-1)!), point(sum, amount()), ...end];
    }
    case 'summary': {
      const quantiles = ['0', '0.5', '0.99', '1'].filter(() => random.coin());
      const values = quantiles.map((quantile) => point('', amount(), { quantile }));
      return [...values, point('_count', random.nat(1000)), point('_sum', amount()), ...created()];
    }
    case 'info':
      return [point('_info', 1)];
    case 'stateset':
      return ['on', 'off'].map((state) => point('', random.nat(2), { [name]: state }));
    default:
      return [point('', number(random, 'any'))];
  }
}

function line(
  random: SeededRandom,
  { name, labels, value, mayHaveExemplar }: Point,
  timestampMs: number | undefined,
) {
  const exemplar = mayHaveExemplar && random.nat(3) === 0 ? exemplarOf(random) : undefined;
  const time = timestampMs === undefined ? '' : ` ${secondsToken(random, timestampMs)}`;
  const text = `${name}${labelText(labels)} ${numberToken(random, value)}${time}${exemplar ? ` # ${exemplar.text}` : ''}`;
  const read = sample(name, labels, value, timestampMs);
  return { text, read: exemplar ? { ...read, exemplar: exemplar.read } : read };
}

function exemplarOf(random: SeededRandom): { readonly text: string; readonly read: ReadExemplar } {
  const labels = Object.fromEntries(
    random.some(['trace_id', 'b', 'a'], 3).map((name) => [name, random.text(LETTERS, 10, 1)]),
  );
  const value = number(random, 'any');
  const timestampMs = random.coin() ? random.nat(2 ** 31) * 1000 + random.nat(1000) : undefined;
  const time = timestampMs === undefined ? '' : ` ${secondsToken(random, timestampMs)}`;
  const read = { labels, value, ...(timestampMs !== undefined && { timestampMs }) };
  return { text: `${labelText(labels) || '{}'} ${numberToken(random, value)}${time}`, read };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
}

/** Any double, or any finite one. */
function number(random: SeededRandom, range: 'any' | 'finite'): number {
  const double = random.double();
  const plain = Number.isFinite(double) ? double : 1.5;
  const special = range === 'finite' ? [0, 1, 5e-324] : [0, -0, NaN, Infinity, -Infinity, Number.MAX_VALUE];
  return random.pick([plain, random.nat(1000), (random.nat(20_000) - 9999) / 100, random.pick(special)]);
}

function numberToken(random: SeededRandom, value: number): string {
  if (Number.isNaN(value)) return random.pick(['NaN', 'nan']);
  if (!Number.isFinite(value))
    return value > 0 ? random.pick(['+Inf', 'Inf', 'inf']) : random.pick(['-Inf', '-inf']);
  if (Object.is(value, -0)) return random.pick(['-0', '-0.0']);
  const whole = Number.isInteger(value) && Math.abs(value) < 1e15 ? [`${value}.0`] : [];
  return random.pick([String(value), value.toExponential(), value.toPrecision(17), ...whole]);
}

/** A whole number of ms from 0 on, in seconds. */
function secondsToken(random: SeededRandom, timestampMs: number): string {
  const digits = String(timestampMs).padStart(4, '0');
  const plain = `${digits.slice(0, -3)}.${digits.slice(-3)}`;
  const whole = timestampMs % 1000 === 0 ? [String(timestampMs / 1000)] : [];
  return random.pick([plain, `${plain}000000`, ...whole]);
}
