// Decodes the body of a remote write 2.0 request with the published message, into the form of a decoded 1.0 request: labels
// and help as text, metadata by family. A field that the message does not define is an error.
import type protobuf from 'protobufjs';
import {
  decodeMessage,
  loadProtoType,
  MalformedError,
  refuseUnknown,
  toNumber,
  type Unknowns,
  type WireInteger,
} from '../protobuf-messages.ts';
import { toHistogram, type WireHistogram } from './decoded-histogram.ts';
import { uncompressBlock } from './uncompress-block.ts';
import {
  type DecodedLabel,
  type DecodedMetadata,
  type DecodedSeries,
  type DecodedWriteRequest,
  typeName,
} from './write-request-v1.ts';

interface WireExemplar extends Unknowns {
  readonly labels_refs: readonly number[];
  readonly value: number;
  readonly timestamp: WireInteger;
}

interface WireSample extends Unknowns {
  readonly value: number;
  readonly timestamp: WireInteger;
  readonly start_timestamp: WireInteger;
}

interface WireMetadata extends Unknowns {
  readonly type: number;
  readonly help_ref: number;
  readonly unit_ref: number;
}

interface WireSeries extends Unknowns {
  readonly labels_refs: readonly number[];
  readonly samples: readonly WireSample[];
  readonly histograms: readonly (WireHistogram & { readonly start_timestamp: WireInteger })[];
  readonly exemplars: readonly WireExemplar[];
  readonly metadata: WireMetadata | null;
}

interface WireRequest extends Unknowns {
  readonly symbols: readonly string[];
  readonly timeseries: readonly WireSeries[];
}

const REQUEST: protobuf.Type = loadProtoType(
  ['io/prometheus/write/v2/types.proto'],
  'io.prometheus.write.v2.Request',
);
const VERSION = '2.0';

/** What the series of a histogram or summary append to the name of the family. */
const PART_OF: Readonly<Record<string, RegExp>> = {
  histogram: /_(bucket|sum|count)$/,
  gaugehistogram: /_(bucket|g?sum|g?count)$/,
  summary: /_(sum|count)$/,
};

/**
 * Decodes a snappy-compressed `io.prometheus.write.v2.Request` of at most `maxBytes` decompressed bytes.
 * Throws TooLargeError (a RangeError) when it is larger, MalformedError (a SyntaxError) if it is not valid.
 */
export function decodeRequestV2(snappyBody: Uint8Array, maxBytes: number): DecodedWriteRequest {
  const request = decodeMessage<WireRequest>(REQUEST, uncompressBlock(snappyBody, maxBytes));
  refuseUnknown(request, 'the request', VERSION);
  const { symbols, timeseries } = request;
  if (symbols[0] !== '') malformed('the empty text as the first symbol', JSON.stringify(symbols[0] ?? null));
  const decoded = timeseries.map((series) => toSeries(series, symbols));
  const families = new Map<string, DecodedMetadata>();
  decoded.forEach(({ labels }, i) => {
    const metadata = toMetadata(timeseries[i]!.metadata, labels, symbols);
    if (metadata) families.set(metadata.metricFamilyName, metadata);
  });
  return { timeseries: decoded, metadata: [...families.values()] };
}

function toSeries(series: WireSeries, symbols: readonly string[]): DecodedSeries {
  refuseUnknown(series, 'a series', VERSION);
  return {
    labels: toLabels(series.labels_refs, symbols),
    samples: series.samples.map((sample) => {
      refuseUnknown(sample, 'a sample', VERSION);
      refuseLateStart(sample);
      return { value: sample.value, timestampMs: toNumber(sample.timestamp) };
    }),
    exemplars: series.exemplars.map((exemplar) => {
      refuseUnknown(exemplar, 'an exemplar', VERSION);
      const { labels_refs, value, timestamp } = exemplar;
      return { labels: toLabels(labels_refs, symbols), value, timestampMs: toNumber(timestamp) };
    }),
    histograms: series.histograms.map((histogram) => {
      refuseLateStart(histogram);
      return toHistogram(histogram, VERSION);
    }),
  };
}

function refuseLateStart(value: {
  readonly timestamp: WireInteger;
  readonly start_timestamp: WireInteger;
}): void {
  const timestampMs = toNumber(value.timestamp);
  const startMs = toNumber(value.start_timestamp);
  if (startMs > timestampMs)
    malformed(`a start timestamp up to that of its sample, ${timestampMs}`, String(startMs));
}

function toLabels(refs: readonly number[], symbols: readonly string[]): DecodedLabel[] {
  if (refs.length % 2 !== 0) malformed('an even number of references to symbols', String(refs.length));
  return Array.from({ length: refs.length / 2 }, (_, i) => ({
    name: symbolAt(symbols, refs[2 * i]!),
    value: symbolAt(symbols, refs[2 * i + 1]!),
  }));
}

function toMetadata(
  metadata: WireMetadata | null,
  labels: readonly DecodedLabel[],
  symbols: readonly string[],
): DecodedMetadata | undefined {
  if (!metadata) return undefined;
  refuseUnknown(metadata, 'metadata', VERSION);
  const help = symbolAt(symbols, metadata.help_ref);
  const unit = symbolAt(symbols, metadata.unit_ref);
  const name = labels.find((label) => label.name === '__name__')?.value;
  if (name === undefined || (metadata.type === 0 && help === '' && unit === '')) return undefined;
  const type = typeName(metadata.type);
  return { type, metricFamilyName: name.replace(PART_OF[type] ?? /$^/, ''), help, unit };
}

function symbolAt(symbols: readonly string[], ref: number): string {
  return symbols[ref] ?? malformed(`a reference to one of ${symbols.length} symbols`, String(ref));
}

function malformed(expected: string, found: string): never {
  throw new MalformedError(`Cannot decode write request: expected ${expected}, found ${found}`);
}
