// Native histograms and exemplars of a decoded write request as plain objects, made for exact comparison. Whole numbers
// of the wire are bigint, floats are number: a `count` of 3n came as count_int, one of 3 as count_float.

export interface DecodedSpan {
  readonly offset: number;
  readonly length: number;
}

export interface DecodedHistogram {
  /** Undefined if neither count_int nor count_float was written. */
  readonly count: bigint | number | undefined;
  readonly sum: number;
  readonly schema: number;
  readonly zeroThreshold: number;
  /** Undefined if neither zero_count_int nor zero_count_float was written. */
  readonly zeroCount: bigint | number | undefined;
  readonly negativeSpans: readonly DecodedSpan[];
  readonly negativeDeltas: readonly bigint[];
  readonly negativeCounts: readonly number[];
  readonly positiveSpans: readonly DecodedSpan[];
  readonly positiveDeltas: readonly bigint[];
  readonly positiveCounts: readonly number[];
  /** 0 unknown, 1 yes, 2 no, 3 gauge. */
  readonly resetHint: number;
  readonly timestampMs: number;
  readonly customValues: readonly number[];
}

export interface DecodedExemplar {
  /** In the order of the wire. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly timestampMs: number;
}

/** An integer of 64 bits, as protobufjs gives it: a number or a Long. */
type WireInteger = number | { toString(): string };

export interface WireHistogram {
  count?: 'count_int' | 'count_float';
  count_int?: WireInteger;
  count_float?: number;
  sum: number;
  schema: number;
  zero_threshold: number;
  zero_count?: 'zero_count_int' | 'zero_count_float';
  zero_count_int?: WireInteger;
  zero_count_float?: number;
  negative_spans: DecodedSpan[];
  negative_deltas: WireInteger[];
  negative_counts: number[];
  positive_spans: DecodedSpan[];
  positive_deltas: WireInteger[];
  positive_counts: number[];
  reset_hint: number;
  timestamp: WireInteger;
  custom_values: number[];
}

export interface WireExemplar {
  labels: { name: string; value: string }[];
  value: number;
  timestamp: WireInteger;
}

export function toDecodedHistogram(wire: WireHistogram): DecodedHistogram {
  return {
    count: eitherCount(wire.count, wire.count_int, wire.count_float),
    sum: wire.sum,
    schema: wire.schema,
    zeroThreshold: wire.zero_threshold,
    zeroCount: eitherCount(wire.zero_count, wire.zero_count_int, wire.zero_count_float),
    negativeSpans: wire.negative_spans.map(toSpan),
    negativeDeltas: wire.negative_deltas.map(toBigInt),
    negativeCounts: [...wire.negative_counts],
    positiveSpans: wire.positive_spans.map(toSpan),
    positiveDeltas: wire.positive_deltas.map(toBigInt),
    positiveCounts: [...wire.positive_counts],
    resetHint: wire.reset_hint,
    timestampMs: Number(wire.timestamp),
    customValues: [...wire.custom_values],
  };
}

export function toDecodedExemplar({ labels, value, timestamp }: WireExemplar): DecodedExemplar {
  const pairs = labels.map(({ name, value: text }) => [name, text] as const);
  return { labels: pairs, value, timestampMs: Number(timestamp) };
}

/** protobufjs names the member of a oneof that was on the wire, even if it holds zero. */
function eitherCount(
  written: string | undefined,
  whole: WireInteger | undefined,
  float: number | undefined,
): bigint | number | undefined {
  if (written === undefined) return undefined;
  return written.endsWith('_int') ? toBigInt(whole ?? 0) : float;
}

function toSpan({ offset, length }: DecodedSpan): DecodedSpan {
  return { offset, length };
}

function toBigInt(integer: WireInteger): bigint {
  return BigInt(integer.toString());
}
