// The stations of the hot path, one by one: what a push costs before and after the HTTP listener.
//   node bench/stations.ts
import { bench, do_not_optimize, run } from 'mitata';
import { compress } from 'snappyjs';
import { LayoutNumbers } from '../src/labels/fixed-labels.ts';
import { makeGroupingKey } from '../src/labels/grouping-key.ts';
import { SnappyEncoder } from '../src/remotewrite/snappy-encoder.ts';
import { type PushMethod, StaleSeries } from '../src/staleness/stale-series.ts';
import type { BodyFormat } from '../src/transcode/body-format.ts';
import { Transcoder } from '../src/transcode/transcoder.ts';
import { toOpenMetrics, toProtobuf } from './formats.ts';
import { largePayload, type Payload, tinyPayload, typicalPayload } from './payloads.ts';

const OPTIONS = {
  utf8Names: false,
  bucketLabels: 'canonical',
  timestamps: 'honor',
  lineEndings: 'strict',
  maxEncodedBytes: 1 << 28,
  maxSeriesBytes: 1 << 20,
  metadataIntervalMs: 60_000,
  pushTimeMetrics: false,
  startTimestamps: false,
  profiles: [{ exemplars: true, nativeHistograms: true, classicHistograms: false }],
} as const;
/** Distinct bodies, pushed one after another. */
const BODIES = 64;

const layouts = new LayoutNumbers();
const keys = Array.from({ length: 100 }, (_, i) =>
  makeGroupingKey(
    new Map([
      ['job', 'bench'],
      ['instance', `runner-${i}`],
    ]),
    {},
    layouts,
  ),
);
let timestampMs = Date.now();

/** What one iteration of each benchmark handles. */
const work = new Map<string, { samples: number; bytes: number }>();

function push(transcoder: Transcoder, { text }: Payload, i: number, format: BodyFormat = 'text') {
  const key = keys[i % keys.length]!;
  const body = { chunks: [text], length: text.length, format };
  const encoded = transcoder.transcode(body, key.fixedLabels, timestampMs++);
  transcoder.confirm(timestampMs);
  return encoded[0]!;
}

function transcodeBench(name: string, payloads: readonly Payload[], format: BodyFormat = 'text'): void {
  const transcoder = new Transcoder(OPTIONS);
  let i = 0;
  const samples = payloads.reduce((sum, payload) => sum + payload.samples, 0) / payloads.length;
  const bytes = payloads.reduce((sum, payload) => sum + payload.text.length, 0) / payloads.length;
  work.set(name, { samples, bytes });
  bench(name, () => do_not_optimize(push(transcoder, payloads[i++ % payloads.length]!, i, format)));
}

/** Every body has a label value that never comes again, so each is parsed in full. */
function firstTimeBench(name: string, payload: Payload, format: BodyFormat = 'text'): void {
  const transcoder = new Transcoder(OPTIONS);
  const type = format === 'text' ? '' : '# TYPE run_info unknown\n';
  const text = Buffer.from(`${type}run_info{run="0000000000"} 1\n${payload.text.toString()}`);
  let i = 0;
  work.set(name, { samples: payload.samples + 1, bytes: text.length });
  bench(name, () => {
    text.write(String(i++).padStart(10, '0'), type.length + 14, 'latin1');
    do_not_optimize(push(transcoder, { text, samples: payload.samples + 1 }, i, format));
  });
}

/**
 * What `staleness: onReplace` adds to a push, of which every group has one of the payloads: `known` ones come again as bodies
 * that are known, of `read` ones the series are read, and of `replaced` ones every other has those of the next payload.
 */
function staleBench(
  name: string,
  payloads: readonly Payload[],
  method: PushMethod,
  kind: 'known' | 'read' | 'replaced',
): void {
  const transcoder = new Transcoder({ ...OPTIONS, metadataIntervalMs: undefined });
  const encoded = payloads.map((payload, i) => {
    const encoded = push(transcoder, payload, i);
    const { bytes } = encoded;
    const kept = Buffer.concat([bytes, Buffer.alloc(8)]).subarray(0, bytes.length);
    return { ...encoded, bytes: kept, ...(kind === 'known' && { seriesNumber: i }) };
  });
  const silent = { staleMarked: () => undefined, staleGroupForgotten: () => undefined };
  const stale = new StaleSeries({ maxMemoryBytes: 1 << 28, maxPushBytes: 1 << 28 }, silent);
  const samples = encoded.reduce((sum, one) => sum + one.sampleCount, 0) / encoded.length;
  work.set(name, {
    samples,
    bytes: encoded.reduce((sum, one) => sum + one.bytes.length, 0) / encoded.length,
  });
  let i = 0;
  bench(name, () => {
    const group = i % encoded.length;
    const isNext = kind === 'replaced' && Math.floor(i / encoded.length) % 2 === 1;
    const fresh = encoded[(group + (isNext ? 1 : 0)) % encoded.length]!;
    i++;
    const { canonical } = keys[group]!;
    do_not_optimize(stale.mark({ group: canonical, method, encoded: [fresh], receivedAtMs: timestampMs++ }));
    stale.confirm();
  });
}

function sealBenches(): void {
  const transcoder = new Transcoder({ ...OPTIONS, metadataIntervalMs: undefined });
  const parts = Array.from({ length: 20 }, (_, i) =>
    Buffer.from(push(transcoder, typicalPayload(i), i).bytes),
  );
  const block = Buffer.alloc(parts.reduce((sum, part) => sum + part.length, 0));
  const concatenate = () => parts.reduce((at, part) => at + part.copy(block, at), 0);
  const encoder = new SnappyEncoder();
  for (const name of ['seal a block: concatenate and snappy', 'the same with snappyjs']) {
    work.set(name, { samples: 2000, bytes: block.length });
  }
  bench('seal a block: concatenate and snappy', () => {
    concatenate();
    do_not_optimize(encoder.encode(block));
  });
  bench('the same with snappyjs', () => {
    concatenate();
    do_not_optimize(compress(block));
  });
}

const bodies = (make: (index: number) => Payload, count = BODIES) =>
  Array.from({ length: count }, (_, i) => make(i));
transcodeBench('transcode tiny (5 samples), bodies that come again', bodies(tinyPayload));
firstTimeBench('transcode tiny, each body new', tinyPayload(0));
transcodeBench('transcode typical (100 samples), bodies that come again', bodies(typicalPayload));
firstTimeBench('transcode typical, each body new', typicalPayload(0));
transcodeBench('transcode large (10,000 samples)', bodies(largePayload, 16));
firstTimeBench('OpenMetrics typical, each body new', toOpenMetrics(typicalPayload(0)), 'openMetrics');
transcodeBench(
  'OpenMetrics typical, bodies that come again',
  bodies(typicalPayload).map(toOpenMetrics),
  'openMetrics',
);
transcodeBench('protobuf tiny', bodies(tinyPayload).map(toProtobuf), 'protobuf');
transcodeBench('protobuf typical', bodies(typicalPayload).map(toProtobuf), 'protobuf');
transcodeBench('protobuf large (10,000 samples)', bodies(largePayload, 16).map(toProtobuf), 'protobuf');
for (const [kind, words] of [
  ['known', 'a known body again'],
  ['read', 'the same series again'],
] as const) {
  staleBench(`staleness, tiny: ${words}`, bodies(tinyPayload), 'PUT', kind);
  staleBench(`staleness, typical: ${words}`, bodies(typicalPayload), 'PUT', kind);
  staleBench(`staleness, large: ${words}`, bodies(largePayload, 4), 'PUT', kind);
}
staleBench('staleness, typical: other series of the same names', bodies(typicalPayload), 'POST', 'replaced');
staleBench('staleness, large: other series of the same names', bodies(largePayload, 4), 'POST', 'replaced');
sealBenches();

const { benchmarks } = await run({ format: 'quiet' });
for (const { alias, runs } of benchmarks) {
  const { samples, bytes } = work.get(alias)!;
  const nanoseconds = runs[0]?.stats?.p50 ?? NaN;
  const perSecond = (count: number) => ((count * 1000) / nanoseconds).toFixed(2);
  console.log(
    `${alias.padEnd(58)} ${(nanoseconds / 1000).toFixed(2).padStart(9)} us  ` +
      `${perSecond(samples).padStart(6)} M samples/s  ${((bytes * 1000) / nanoseconds).toFixed(0).padStart(5)} MB/s`,
  );
}
