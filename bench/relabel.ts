// What relabeling costs for each series: for labels seen before, for new ones, and compared with no rules at all.
//   node bench/relabel.ts
import { bench, do_not_optimize, run } from 'mitata';
import type { RelabelConfig } from '../src/config/config.ts';
import { LayoutNumbers } from '../src/labels/fixed-labels.ts';
import { makeGroupingKey } from '../src/labels/grouping-key.ts';
import { SeriesRelabeler } from '../src/relabel/series-relabeler.ts';
import type { EncodedSeries } from '../src/remotewrite/encoded-series.ts';
import { Transcoder } from '../src/transcode/transcoder.ts';
import { typicalPayload } from './payloads.ts';

const PAYLOAD = typicalPayload(0);
const RUN_DIGITS = 10;

function rule(parts: Partial<RelabelConfig>): RelabelConfig {
  const defaults = { sourceLabels: [], separator: ';', regex: '(.*)', modulus: 0, targetLabel: '' };
  return { action: 'replace', ...defaults, replacement: '$1', ...parts };
}

const CHOOSE = [rule({ action: 'drop', sourceLabels: ['__name__'], regex: 'debug_.*' })];
const CHANGE = [
  ...CHOOSE,
  rule({ sourceLabels: ['instance'], regex: '([^-]+)-.*', targetLabel: 'pool' }),
  rule({ targetLabel: '__replica__', replacement: 'r1' }),
  rule({ action: 'labeldrop', regex: 'tmp_.*' }),
];

function relabeler(rules: readonly RelabelConfig[]): SeriesRelabeler {
  const limits = { maxSeriesBytes: 1 << 20, maxBytes: 1 << 28 };
  return new SeriesRelabeler(rules, { utf8Names: false, ...limits, onTrouble: 'drop' });
}

/** A push of 100 series, each with a label of ten digits, and the positions of these digits. */
function encodedPush(): { encoded: EncodedSeries; digitsAt: number[] } {
  const transcoder = new Transcoder({
    utf8Names: false,
    bucketLabels: 'canonical',
    timestamps: 'honor',
    lineEndings: 'strict',
    maxEncodedBytes: 1 << 28,
    maxSeriesBytes: 1 << 20,
    metadataIntervalMs: undefined,
    startTimestamps: false,
    pushTimeMetrics: false,
    profiles: [{ exemplars: true, nativeHistograms: true, classicHistograms: false }],
  });
  const digits = '0'.repeat(RUN_DIGITS);
  const labels = new Map([
    ['job', 'bench'],
    ['instance', 'runner-1'],
    ['run', digits],
  ]);
  const { fixedLabels } = makeGroupingKey(labels, {}, new LayoutNumbers());
  const body = { chunks: [PAYLOAD.text], length: PAYLOAD.text.length, format: 'text' } as const;
  const [result] = transcoder.transcode(body, fixedLabels, Date.now());
  const bytes = Buffer.from(result!.bytes);
  const digitsAt: number[] = [];
  for (let at = bytes.indexOf(digits); at >= 0; at = bytes.indexOf(digits, at + 1)) digitsAt.push(at);
  return { encoded: { ...result!, bytes }, digitsAt };
}

function warmBench(name: string, rules: readonly RelabelConfig[]): void {
  const { encoded } = encodedPush();
  const under = relabeler(rules);
  bench(name, () => do_not_optimize(under.relabel(encoded)));
}

/** Every push has labels that never come again. */
function coldBench(name: string, rules: readonly RelabelConfig[]): void {
  const { encoded, digitsAt } = encodedPush();
  const under = relabeler(rules);
  let i = 0;
  bench(name, () => {
    const digits = String(i++).padStart(RUN_DIGITS, '0');
    for (const at of digitsAt) (encoded.bytes as Buffer).write(digits, at, 'latin1');
    do_not_optimize(under.relabel(encoded));
  });
}

const { encoded: sample } = encodedPush();
console.log(
  `${sample.sampleCount} series of ${Math.round(sample.bytes.length / sample.sampleCount)} bytes each`,
);
bench('copy a push', () => do_not_optimize(Buffer.from(sample.bytes)));
warmBench('drop by name, series seen before', CHOOSE);
warmBench('four rules, series seen before', CHANGE);
coldBench('drop by name, new series', CHOOSE);
coldBench('four rules, new series', CHANGE);

const { benchmarks } = await run({ format: 'quiet' });
for (const { alias, runs } of benchmarks) {
  const nanoseconds = runs[0]?.stats?.p50 ?? NaN;
  console.log(`${alias.padEnd(40)} ${(nanoseconds / sample.sampleCount).toFixed(0).padStart(6)} ns a series`);
}
