// Decodes the body of a remote write 1.0 request with the published message, independently of Sluice's own encoder.
// A field that the message does not define is an error. The decoded form also serves remote write 2.0.
import {
  decodeMessage,
  loadProtoType,
  refuseUnknown,
  toNumber,
  type Unknowns,
  type WireInteger,
} from '../protobuf-messages.ts';
import { type DecodedHistogram, toHistogram, type WireHistogram } from './decoded-histogram.ts';
import { uncompressBlock } from './uncompress-block.ts';

export interface DecodedLabel {
  readonly name: string;
  readonly value: string;
}

interface DecodedSample {
  readonly value: number;
  readonly timestampMs: number;
}

/** An observation that comes with a sample, usually with the ID of a trace. */
export interface DecodedExemplar {
  readonly labels: readonly DecodedLabel[];
  readonly value: number;
  readonly timestampMs: number;
}

export interface DecodedSeries {
  readonly labels: readonly DecodedLabel[];
  readonly samples: readonly DecodedSample[];
  readonly exemplars: readonly DecodedExemplar[];
  readonly histograms: readonly DecodedHistogram[];
}

export interface DecodedMetadata {
  /** As in the exposition formats: `counter`, `gauge`, `unknown`, … */
  readonly type: string;
  readonly metricFamilyName: string;
  readonly help: string;
  readonly unit: string;
}

export interface DecodedWriteRequest {
  readonly timeseries: readonly DecodedSeries[];
  readonly metadata: readonly DecodedMetadata[];
}

type WireLabel = DecodedLabel & Unknowns;

/** The fields that a sample and an exemplar have in common. */
interface WireSample extends Unknowns {
  readonly value: number;
  readonly timestamp: WireInteger;
}

interface WireSeries extends Unknowns {
  readonly labels: readonly WireLabel[];
  readonly samples: readonly WireSample[];
  readonly exemplars: readonly (WireSample & { readonly labels: readonly WireLabel[] })[];
  readonly histograms: readonly WireHistogram[];
}

interface WireMetadata extends Unknowns {
  readonly type: number;
  readonly metric_family_name: string;
  readonly help: string;
  readonly unit: string;
}

interface WireWriteRequest extends Unknowns {
  readonly timeseries: readonly WireSeries[];
  readonly metadata: readonly WireMetadata[];
}

const WRITE_REQUEST = loadProtoType(['types.proto', 'remote.proto'], 'prometheus.WriteRequest');
const TYPE_NAMES = WRITE_REQUEST.root.lookupEnum('prometheus.MetricMetadata.MetricType').valuesById;

/**
 * Decodes a snappy-compressed `prometheus.WriteRequest` of at most `maxBytes` decompressed bytes.
 * Throws TooLargeError (a RangeError) when it is larger, MalformedError (a SyntaxError) if it is not valid.
 */
export function decodeWriteRequest(snappyBody: Uint8Array, maxBytes: number): DecodedWriteRequest {
  const bytes = uncompressBlock(snappyBody, maxBytes);
  const request = decodeMessage<WireWriteRequest>(WRITE_REQUEST, bytes);
  refuseUnknown(request, 'the request');
  return { timeseries: request.timeseries.map(toSeries), metadata: request.metadata.map(toMetadata) };
}

function toSeries(series: WireSeries): DecodedSeries {
  refuseUnknown(series, 'a series');
  return {
    labels: series.labels.map(toLabel),
    samples: series.samples.map(toSample),
    exemplars: series.exemplars.map(toExemplar),
    histograms: series.histograms.map((histogram) => toHistogram(histogram)),
  };
}

function toLabel(label: WireLabel): DecodedLabel {
  refuseUnknown(label, 'a label');
  return { name: label.name, value: label.value };
}

function toSample(sample: WireSample): DecodedSample {
  refuseUnknown(sample, 'a sample');
  return { value: sample.value, timestampMs: toNumber(sample.timestamp) };
}

function toExemplar(exemplar: WireSeries['exemplars'][number]): DecodedExemplar {
  refuseUnknown(exemplar, 'an exemplar');
  const { labels, value, timestamp } = exemplar;
  return { labels: labels.map(toLabel), value, timestampMs: toNumber(timestamp) };
}

/** Both versions number the types of families in the same way. */
export function typeName(type: number): string {
  return (TYPE_NAMES[type] ?? 'UNKNOWN').toLowerCase();
}

function toMetadata(metadata: WireMetadata): DecodedMetadata {
  refuseUnknown(metadata, 'metadata');
  return {
    type: typeName(metadata.type),
    metricFamilyName: metadata.metric_family_name,
    help: metadata.help,
    unit: metadata.unit,
  };
}
