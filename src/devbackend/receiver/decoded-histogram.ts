// A native histogram of a write request, decoded but not yet checked. Whole numbers stay exact: an integer histogram
// has bigint counts, a float histogram has number counts (https://prometheus.io/docs/specs/native_histograms/).
import { refuseUnknown, toBigInt, toNumber, type Unknowns, type WireInteger } from '../protobuf-messages.ts';

/** The schema whose bucket bounds are listed one by one. All other schemas are exponential. */
export const CUSTOM_BUCKETS_SCHEMA = -53;

interface DecodedSpan {
  readonly offset: number;
  readonly length: number;
}

/** The buckets on one side of zero. */
export interface DecodedBuckets {
  readonly spans: readonly DecodedSpan[];
  /** One for each bucket, not cumulative: summed up from deltas (bigint), or as received (number). */
  readonly counts: readonly (bigint | number)[];
}

export interface DecodedHistogram {
  /** Undefined if the sender wrote neither an integer nor a float; so is `zeroCount`. */
  readonly count: bigint | number | undefined;
  readonly zeroCount: bigint | number | undefined;
  readonly sum: number;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly negative: DecodedBuckets;
  readonly positive: DecodedBuckets;
  /** Upper bounds, for the schema of custom buckets. */
  readonly customValues: readonly number[];
  /** 0 unknown, 1 yes, 2 no, 3 gauge. */
  readonly resetHint: number;
  readonly timestampMs: number;
}

/** For a oneof, protobufjs names the member that was on the wire. */
export interface WireHistogram extends Unknowns {
  readonly count?: 'count_int' | 'count_float';
  readonly count_int: WireInteger;
  readonly count_float: number;
  readonly sum: number;
  readonly schema: number;
  readonly zero_threshold: number;
  readonly zero_count?: 'zero_count_int' | 'zero_count_float';
  readonly zero_count_int: WireInteger;
  readonly zero_count_float: number;
  readonly negative_spans: readonly (DecodedSpan & Unknowns)[];
  readonly negative_deltas: readonly WireInteger[];
  readonly negative_counts: readonly number[];
  readonly positive_spans: readonly (DecodedSpan & Unknowns)[];
  readonly positive_deltas: readonly WireInteger[];
  readonly positive_counts: readonly number[];
  readonly reset_hint: number;
  readonly timestamp: WireInteger;
  readonly custom_values: readonly number[];
}

/** Throws MalformedError for a field that the message does not define. */
export function toHistogram(wire: WireHistogram, version?: string): DecodedHistogram {
  refuseUnknown(wire, 'a histogram', version);
  return {
    count: readCount(wire.count, wire.count_int, wire.count_float),
    zeroCount: readCount(wire.zero_count, wire.zero_count_int, wire.zero_count_float),
    sum: wire.sum,
    schema: wire.schema,
    zeroThreshold: wire.zero_threshold,
    negative: toBuckets(wire.negative_spans, wire.negative_deltas, wire.negative_counts),
    positive: toBuckets(wire.positive_spans, wire.positive_deltas, wire.positive_counts),
    customValues: wire.custom_values,
    resetHint: wire.reset_hint,
    timestampMs: toNumber(wire.timestamp),
  };
}

function readCount(written: string | undefined, whole: WireInteger, float: number) {
  if (written === undefined) return undefined;
  return written.endsWith('_int') ? toBigInt(whole) : float;
}

function toBuckets(
  spans: WireHistogram['positive_spans'],
  deltas: readonly WireInteger[],
  floats: readonly number[],
): DecodedBuckets {
  let last = 0n;
  const wholes = deltas.map((delta) => {
    last += toBigInt(delta);
    return last;
  });
  return { spans: spans.map(toSpan), counts: [...wholes, ...floats] };
}

function toSpan(span: DecodedSpan & Unknowns): DecodedSpan {
  refuseUnknown(span, 'a bucket span');
  return { offset: span.offset, length: span.length };
}
