// Thousands of random OpenMetrics bodies to Sluice's parser and to that of Python's client library, which agrees with all
// cases of the OpenMetrics project: both take them or both refuse them, and read the same samples.
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { type ReadSample, readBody } from '../exposition/read-body.ts';
import { REFUSED_CASES } from '../exposition/text/open-metrics-refused.ts';
import { TAKEN_CASES } from '../exposition/text/open-metrics-taken.ts';
import { writtenOpenMetrics } from '../exposition/text/written-open-metrics.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { mutate } from '../transcode/mutate.ts';
import { pythonEnvironment } from './clients/python-environment.ts';
import { BUILD_TIMEOUT_MS, build } from './clients/run-program.ts';
import { DIFFERENT_BY_PYTHON, explain } from './open-metrics-differences.ts';

const ENVIRONMENT = pythonEnvironment('open-metrics-oracle', ['prometheus_client==0.26.0']);
const PROGRAM = fileURLToPath(new URL('support/open-metrics-oracle.py', import.meta.url));
const CASES = [...TAKEN_CASES, ...REFUSED_CASES];
const BODIES = 6000;
const PIECES = [
  ...['a', 'a_total', 'b', 'a 1', 'a{b="c"} 2', ' # {} 1', ' # {a="b"} 0.5 1.5', '{b="c"}', '{"a"}', '{'],
  ...['}', '"', '=', ',', ' ', '  ', '\t', '\n', '\n', '\n', '#', '# TYPE a counter\n', '# TYPE a gauge'],
  ...['# HELP a ', '# UNIT a_s s\n', '# EOF\n', '\\', '1', '1.5', '-1', '5e3', 'NaN', '+Inf', '\r', 'é'],
];

type TheirSample = readonly [
  name: string,
  labels: Readonly<Record<string, string>>,
  value: string,
  timestampMs: number | null,
  exemplar:
    | readonly [labels: Readonly<Record<string, string>>, value: string, timestampMs: number | null]
    | null,
];

let missing = '';

beforeAll(async () => {
  try {
    await ENVIRONMENT.install();
  } catch (error) {
    missing = String(error);
    // The usual reporter does not show why a test was skipped.
    console.warn(missing);
  }
}, BUILD_TIMEOUT_MS);

/** What Python makes of the bodies; skips the test, or fails it in CI, where Python is missing. */
async function askPython(bodies: readonly Buffer[], skip: (condition: boolean, note: string) => void) {
  const isCi = !['', '0', 'false'].includes(process.env.CI ?? '');
  if (missing !== '' && isCi) throw new Error(missing);
  skip(missing !== '', missing);
  const stdin = JSON.stringify(bodies.map((bytes) => bytes.toString('base64')));
  const answers = JSON.parse(await build(ENVIRONMENT.python, [PROGRAM], { stdin })) as (
    | TheirSample[]
    | string
  )[];
  expect(answers.length).toBe(bodies.length);
  return answers;
}

it('the topics of the OpenMetrics cases are specified as the table says', async ({ skip }) => {
  const bodies = CASES.map(({ text }) => Buffer.from(`${text}# EOF\n`));
  const theirs = await askPython(bodies, skip);
  const verdicts = theirs.map((answer) => (typeof answer === 'string' ? 'refused' : 'taken'));
  const wrong = CASES.filter(({ specified }, i) => specified !== verdicts[i]);
  expect(wrong.map(({ topic, text }) => [topic, text])).toEqual(DIFFERENT_BY_PYTHON);
});

it('random OpenMetrics bodies are taken or refused as by Python, and read alike', async ({ skip }) => {
  const bodies = Array.from({ length: BODIES }, (_, i) => body(new SeededRandom(7919 * i + 13), i % 3));
  const theirs = await askPython(bodies, skip);
  const complaints: string[] = [];
  let taken = 0;
  let refused = 0;
  for (const [i, bytes] of bodies.entries()) {
    const ours = readBody(bytes, { format: 'openMetrics', bucketLabels: 'verbatim' });
    const their = theirs[i]!;
    if (typeof ours !== 'string' && typeof their !== 'string') {
      taken++;
      if (shownOurs(ours).join() === shownTheirs(their).join()) continue;
      complaints.push(`${show(bytes)}: reads ${shownOurs(ours)}, by Python ${shownTheirs(their)}`);
    } else if (typeof ours === 'string' && typeof their === 'string') refused++;
    else {
      const messages = [ours, their].map((one) => (typeof one === 'string' ? one : undefined));
      if (explain(bytes.toString(), messages[0], messages[1]) === undefined)
        complaints.push(`${show(bytes)}: ${messages[0] ?? `taken, by Python ${messages[1]}`}`);
    }
  }
  expect(complaints).toEqual([]);
  // Neither of the two is rare, or the bodies would say little.
  expect(Math.min(taken, refused)).toBeGreaterThan(BODIES / 5);
});

function body(random: SeededRandom, kind: number): Buffer {
  if (kind === 2) return Buffer.from(`${random.text(PIECES, 12)}\n# EOF\n`);
  const written = Buffer.from(writtenOpenMetrics(random).text);
  return Buffer.concat([kind === 0 ? written : mutate(random, written), Buffer.from('# EOF\n')]);
}

function shownOurs(samples: readonly ReadSample[]): string[] {
  return samples.map(({ metric, labels, value, timestampMs, exemplar }) => {
    const own = exemplar && [sorted(exemplar.labels), bits(exemplar.value), exemplar.timestampMs ?? null];
    return JSON.stringify([metric, sorted(labels), bits(value), timestampMs ?? null, own ?? null]);
  });
}

function shownTheirs(samples: readonly TheirSample[]): string[] {
  return samples.map(([name, labels, value, timestampMs, exemplar]) => {
    const own = exemplar && [sorted(withoutEmpty(exemplar[0])), unsigned(exemplar[1]), exemplar[2]];
    return JSON.stringify([name, sorted(labels), unsigned(value), timestampMs, own]);
  });
}

/** An empty label of an exemplar is none, and is left out while reading. */
function withoutEmpty(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

function sorted(labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function bits(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return unsigned(bytes.toString('hex'));
}

/** Python reads `-0` as an integer, which has no minus zero. */
function unsigned(hex: string): string {
  return hex === '8000000000000000' ? '0000000000000000' : hex;
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.toString());
}
