// Runs a protobuf body through the parser alone: all its series with everything that SampleParser says of them, or the
// message it is refused with.
import protobuf from 'protobufjs';
import { ExpositionError } from '../../../src/exposition/exposition-error.ts';
import {
  ProtobufParser,
  type ProtobufParserOptions,
} from '../../../src/exposition/protobuf/protobuf-parser.ts';
import {
  type BucketRun,
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  type NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../../../src/labels/native-histogram.ts';
import { ByteArena } from '../../../src/wire/byte-arena.ts';

export interface ReadExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** NaN without one. */
  readonly timestampMs: number;
}

export interface ReadBuckets {
  readonly spans: readonly (readonly [offset: number, length: number])[];
  /** Differences of whole numbers as decimal text, or doubles. */
  readonly buckets: readonly (string | number)[];
}

export interface ReadHistogram {
  readonly isFloat: boolean;
  readonly isGauge: boolean;
  readonly schema: number;
  readonly sum: number;
  readonly zeroThreshold: number;
  /** Whole numbers as decimal text, or doubles. */
  readonly count: string | number;
  readonly zeroCount: string | number;
  readonly negative: ReadBuckets;
  readonly positive: ReadBuckets;
}

export interface ReadSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | ReadHistogram;
  readonly timestampMs?: number;
  readonly exemplars?: readonly ReadExemplar[];
  readonly family: string;
  readonly type: number;
  readonly role: number;
  readonly classicOrigin: number;
}

export type ReadOptions = Partial<ProtobufParserOptions>;

/** A parser for tests, and its arena loaded with a body. */
export class ProtobufBench {
  readonly arena = new ByteArena();
  readonly parser: ProtobufParser;

  constructor(options: ReadOptions = {}) {
    this.parser = new ProtobufParser(this.arena, { utf8Names: false, bucketLabels: 'canonical', ...options });
  }

  /** All series of the body, or what it is refused with. Throws if the parser leaves its bounds. */
  read(body: Uint8Array): readonly ReadSeries[] | string {
    const { arena } = this;
    arena.load([body], body.length, 4 * body.length + 1024);
    const limit = arena.end + 4 * body.length + 1024;
    const read = this.#series();
    if (arena.end > limit) throw new Error(`BUG: ${arena.end} is beyond ${limit}`);
    return read;
  }

  #series(): readonly ReadSeries[] | string {
    const { parser } = this;
    const series: ReadSeries[] = [];
    try {
      parser.start();
      while (parser.next()) series.push(currentSeries(parser));
    } catch (error) {
      if (error instanceof ExpositionError) return error.message;
      throw error;
    }
    if (parser.next()) throw new Error('BUG: there is something after the end');
    return series;
  }
}

export function readProtobuf(body: Uint8Array, options: ReadOptions = {}): readonly ReadSeries[] | string {
  return new ProtobufBench(options).read(body);
}

function currentSeries(parser: ProtobufParser): ReadSeries {
  const { arena, labels, families, histogram, hasTimestamp } = parser;
  const text = (start: number, end: number) => arena.bytes.toString('utf8', start, end);
  const pairs = Array.from(
    labels.shape.order,
    (at) => [labels.nameOf(at), text(labels.valueStart[at]!, labels.valueEnd[at]!)] as const,
  );
  checkRegisters(parser, pairs);
  const exemplars = readExemplars(parser);
  return {
    metric: text(labels.metricStart, labels.metricEnd),
    labels: Object.fromEntries(pairs),
    value: histogram ? readHistogram(histogram) : labels.sample[0]!,
    ...(hasTimestamp && { timestampMs: labels.sample[1]! }),
    ...(exemplars.length > 0 && { exemplars }),
    family: families.name(parser.family),
    type: families.type[parser.family]!,
    role: parser.role,
    classicOrigin: parser.classicOrigin,
  };
}

/** What the encoder relies on for every series. */
function checkRegisters(
  { labels }: ProtobufParser,
  pairs: readonly (readonly [name: string, value: string])[],
): void {
  const names = pairs.map(([name]) => Buffer.from(name));
  const isSorted = names.every((name, i) => i === 0 || Buffer.compare(names[i - 1]!, name) < 0);
  if (!isSorted || pairs.length !== labels.count) throw new Error('BUG: labels are not sorted or not unique');
  if (labels.hasEmpty !== pairs.some(([, value]) => value === ''))
    throw new Error('BUG: hasEmpty is not true');
  const bytes = pairs.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    labels.metricEnd - labels.metricStart,
  );
  if (bytes > labels.maxBytes) throw new Error(`BUG: ${bytes} bytes are more than ${labels.maxBytes}`);
}

function readExemplars({ arena, exemplars }: ProtobufParser): ReadExemplar[] {
  const text = (start: number, end: number) => arena.bytes.toString('utf8', start, end);
  return Array.from({ length: exemplars.count }, (_, i) => {
    const labels: [string, string][] = [];
    for (let at = exemplars.labelsStart(i); at < exemplars.labelsEnd[i]!; at++) {
      labels.push([
        text(exemplars.nameStart[at]!, exemplars.nameEnd[at]!),
        text(exemplars.valueStart[at]!, exemplars.valueEnd[at]!),
      ]);
    }
    return {
      labels: Object.fromEntries(labels),
      value: exemplars.values[i]!,
      timestampMs: exemplars.timestampsMs[i]!,
    };
  });
}

function readHistogram(histogram: NativeHistogram): ReadHistogram {
  const { isFloat, isGauge, schema, numbers, count, zeroCount } = histogram;
  const whole = ([low, high]: Uint32Array) => ((BigInt(high!) << 32n) | BigInt(low!)).toString();
  return {
    isFloat,
    isGauge,
    schema,
    sum: numbers[SUM]!,
    zeroThreshold: numbers[ZERO_THRESHOLD]!,
    count: isFloat ? numbers[FLOAT_COUNT]! : whole(count),
    zeroCount: isFloat ? numbers[FLOAT_ZERO_COUNT]! : whole(zeroCount),
    negative: readRun(histogram.negative, isFloat),
    positive: readRun(histogram.positive, isFloat),
  };
}

function readRun(run: BucketRun, isFloat: boolean): ReadBuckets {
  const bytes = run.bytes.subarray(0, run.byteLength);
  const reader = protobuf.Reader.create(bytes);
  const buckets: (string | number)[] = [];
  while (reader.pos < reader.len) buckets.push(isFloat ? reader.double() : String(reader.sint64()));
  if (buckets.length !== run.bucketCount) throw new Error('BUG: the number of buckets is not true');
  const spans = Array.from({ length: run.spanCount }, (_, i) => [run.offsets[i]!, run.lengths[i]!] as const);
  return { spans, buckets };
}
