// Reads the body of a remote write 1.0 request with the published message, independently of Sluice's own encoder.
// Strict: whatever the message does not define, or this backend cannot keep, is an error and never skipped.
import protobuf from 'protobufjs';
import { loadProtoType } from './proto-type.ts';
import { MalformedError, uncompressBlock } from './snappy-block.ts';

export interface DecodedLabel {
  readonly name: string;
  readonly value: string;
}

export interface DecodedSample {
  readonly value: number;
  readonly timestampMs: number;
}

export interface DecodedSeries {
  readonly labels: readonly DecodedLabel[];
  readonly samples: readonly DecodedSample[];
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

interface Unknowns {
  readonly $unknowns?: readonly Uint8Array[];
}

interface WireSeries extends Unknowns {
  readonly labels: readonly (DecodedLabel & Unknowns)[];
  readonly samples: readonly (Unknowns & { readonly value: number; readonly timestamp: WireInt64 })[];
  readonly histograms: readonly unknown[];
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

/** A plain number, or an object where the `long` package is installed. */
type WireInt64 = number | { toNumber(): number };

const WRITE_REQUEST = loadProtoType(['types.proto', 'remote.proto'], 'prometheus.WriteRequest');
const TYPE_NAMES = WRITE_REQUEST.root.lookupEnum('prometheus.MetricMetadata.MetricType').valuesById;

/**
 * Decodes a snappy-compressed `prometheus.WriteRequest` of at most `maxBytes` decompressed bytes.
 * Throws TooLargeError (a RangeError) when it is larger, MalformedError (a SyntaxError) for anything unsound.
 */
export function decodeWriteRequest(snappyBody: Uint8Array, maxBytes: number): DecodedWriteRequest {
  const bytes = uncompressBlock(snappyBody, maxBytes);
  const request = decodeMessage(bytes);
  refuseUnknown(request, 'the request');
  return { timeseries: request.timeseries.map(toSeries), metadata: request.metadata.map(toMetadata) };
}

function decodeMessage(bytes: Uint8Array): WireWriteRequest {
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    return WRITE_REQUEST.decode(reader) as unknown as WireWriteRequest;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedError(`Cannot decode write request: expected protobuf, found ${reason}`, { cause });
  }
}

function toSeries(series: WireSeries): DecodedSeries {
  refuseUnknown(series, 'a series');
  if (series.histograms.length > 0) {
    throw new MalformedError('Cannot decode write request: expected float samples, found a native histogram');
  }
  return { labels: series.labels.map(toLabel), samples: series.samples.map(toSample) };
}

function toLabel(label: DecodedLabel & Unknowns): DecodedLabel {
  refuseUnknown(label, 'a label');
  return { name: label.name, value: label.value };
}

function toSample(sample: WireSeries['samples'][number]): DecodedSample {
  refuseUnknown(sample, 'a sample');
  const { timestamp } = sample;
  const timestampMs = typeof timestamp === 'number' ? timestamp : timestamp.toNumber();
  return { value: sample.value, timestampMs };
}

function toMetadata(metadata: WireMetadata): DecodedMetadata {
  refuseUnknown(metadata, 'metadata');
  return {
    type: (TYPE_NAMES[metadata.type] ?? 'UNKNOWN').toLowerCase(),
    metricFamilyName: metadata.metric_family_name,
    help: metadata.help,
    unit: metadata.unit,
  };
}

/** Fields of the wrong wire type are among the unknown ones, too. */
function refuseUnknown(message: Unknowns, where: string): void {
  const field = message.$unknowns?.[0];
  if (field === undefined) return;
  const tag = protobuf.Reader.create(field).uint32();
  throw new MalformedError(
    `Cannot decode write request: expected the fields of remote write 1.0, found field ${tag >>> 3} of wire type ${tag & 7} in ${where}`,
  );
}
