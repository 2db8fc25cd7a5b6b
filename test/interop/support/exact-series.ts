// What the newest Prometheus has stored, as its program in newest-prometheus/ writes it, and series as texts to compare.

/** A float as its 64 bits in hexadecimal. */
export type Bits = string;

export interface ExactSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** In order of time, as all below. */
  readonly samples: readonly ExactSample[];
  readonly histograms: readonly ExactHistogram[];
  readonly exemplars: readonly ExactExemplar[];
  /** Null if none came with the series. */
  readonly metadata: ExactMetadata | null;
}

export interface ExactSample {
  readonly timestampMs: number;
  readonly bits: Bits;
}

export interface ExactExemplar extends ExactSample {
  readonly labels: Readonly<Record<string, string>>;
}

export interface ExactMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

type Span = readonly [offset: number, length: number];

/** Counts are decimal and buckets differences, but with `isFloat` they are bits and the buckets counts. */
export interface ExactHistogram {
  readonly timestampMs: number;
  readonly isFloat: boolean;
  readonly isGauge: boolean;
  readonly schema: number;
  readonly count: string;
  readonly sum: Bits;
  readonly zeroThreshold: Bits;
  readonly zeroCount: string;
  readonly positiveSpans: readonly Span[];
  readonly positiveBuckets: readonly string[];
  readonly negativeSpans: readonly Span[];
  readonly negativeBuckets: readonly string[];
}

/** A write, its headers as they came, and the counts of what was written as they were answered; empty if missing. */
export interface AnsweredRequest {
  readonly contentType: string;
  readonly version: string;
  readonly attempt: string;
  readonly status: number;
  readonly samples: string;
  readonly histograms: string;
  readonly exemplars: string;
}

export function bitsOf(value: number): Bits {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

export function nameOf({ labels }: ExactSeries): string {
  return labels.__name__ ?? '';
}

/** A text for a series with its values but not their times, which does not depend on the order of labels. */
export function exactText(labels: Readonly<Record<string, string>>, ...values: readonly Bits[]): string {
  return [JSON.stringify(Object.entries(labels).sort()), ...values].join(' ');
}
