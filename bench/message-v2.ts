// What remote write 2.0 costs a block more than 1.0: the translation when it is sent, on top of the seal that both have.
//   node bench/message-v2.ts

import { bench, do_not_optimize, run } from 'mitata';
import { LayoutNumbers } from '../src/labels/fixed-labels.ts';
import { makeGroupingKey } from '../src/labels/grouping-key.ts';
import { BlockSealer, unsealBlock } from '../src/remotewrite/block.ts';
import { SnappyEncoder } from '../src/remotewrite/snappy-encoder.ts';
import { BlockV2Sealer } from '../src/remotewrite/v2/block-v2-sealer.ts';
import { FamilyRegistry } from '../src/remotewrite/v2/family-registry.ts';
import { RequestV2Translator } from '../src/remotewrite/v2/request-v2-translator.ts';
import { Transcoder } from '../src/transcode/transcoder.ts';
import { type Payload, tinyPayload, typicalPayload } from './payloads.ts';

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
const SAMPLES_PER_BLOCK = 2000;
const MAX_BYTES = 1 << 26;

const layouts = new LayoutNumbers();
const transcoder = new Transcoder(OPTIONS);

/** The fields of a block: pushes of many instances of a job, one after the other. */
function blockOf(make: (index: number) => Payload): { fields: Buffer; samples: number } {
  const parts: Buffer[] = [];
  let samples = 0;
  for (let i = 0; samples < SAMPLES_PER_BLOCK; i++) {
    const labels = new Map([
      ['job', 'bench'],
      ['instance', `runner-${i}`],
    ]);
    const { text } = make(i);
    const body = { chunks: [text], length: text.length, format: 'text' } as const;
    const [encoded] = transcoder.transcode(
      body,
      makeGroupingKey(labels, {}, layouts).fixedLabels,
      1_700_000_000_000,
    );
    transcoder.confirm(1_700_000_000_000);
    parts.push(Buffer.from(encoded!.bytes));
    samples += encoded!.sampleCount;
  }
  return { fields: Buffer.concat(parts), samples };
}

const samplesOf = new Map<string, number>();

function benches(what: string, make: (index: number) => Payload): void {
  const { fields, samples } = blockOf(make);
  const sealer = new BlockSealer();
  const block = sealer.seal(fields, samples);
  const sealerV2 = new BlockV2Sealer(new FamilyRegistry(1 << 20), MAX_BYTES);
  const translator = new RequestV2Translator(new FamilyRegistry(1 << 20), MAX_BYTES);
  const opened = unsealBlock(block);
  const message = Buffer.from(translator.translate(opened));
  const snappy = new SnappyEncoder();
  const timed = (name: string, work: () => unknown) => {
    const title = `${what}: ${name}`;
    samplesOf.set(title, samples);
    bench(title, () => do_not_optimize(work()));
  };
  console.log(
    `${what}: ${samples} samples; 1.0 ${fields.length} bytes, ${block.body.length} compressed; ` +
      `2.0 ${message.length} bytes, ${sealerV2.seal(block).body.length} compressed`,
  );
  timed('1.0, seal', () => sealer.seal(fields, samples));
  timed('2.0, on top: unseal, translate, compress', () => sealerV2.seal(block));
  timed('  of that, unseal', () => unsealBlock(block));
  timed('  of that, translate', () => translator.translate(opened));
  timed('  of that, compress', () => snappy.encode(message));
}

benches('tiny pushes (5 samples)', tinyPayload);
benches('typical pushes (100 samples)', typicalPayload);

const { benchmarks } = await run({ format: 'quiet' });
for (const { alias, runs } of benchmarks) {
  const nanoseconds = runs[0]?.stats?.p50 ?? NaN;
  const perSample = nanoseconds / samplesOf.get(alias)!;
  console.log(
    `${alias.padEnd(72)} ${(nanoseconds / 1000).toFixed(1).padStart(8)} us  ${perSample.toFixed(0).padStart(5)} ns a sample`,
  );
}
