// Decodes the body of a remote write 1.0 request strictly: an unknown field or a wrong wire type is an error.
import protobuf from 'protobufjs';
import { uncompress } from 'snappyjs';
import {
  type DecodedExemplar,
  type DecodedHistogram,
  toDecodedExemplar,
  toDecodedHistogram,
  type WireExemplar,
  type WireHistogram,
} from './decode-histogram.ts';
import { WRITE_REQUEST } from './write-request-type.ts';

export interface DecodedSample {
  readonly value: number;
  readonly timestampMs: number;
}

export interface DecodedSeries {
  /** In the order of the wire. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples: readonly DecodedSample[];
  /** Absent if the series has none. */
  readonly exemplars?: readonly DecodedExemplar[];
  /** Absent if the series has none. Counts are bigint if they came as whole numbers, number if as floats. */
  readonly histograms?: readonly DecodedHistogram[];
}

export interface DecodedMetadata {
  readonly type: number;
  readonly family: string;
  readonly help: string;
  readonly unit: string;
}

export interface DecodedRequest {
  readonly series: readonly DecodedSeries[];
  readonly metadata: readonly DecodedMetadata[];
}

interface WireSeries {
  labels: { name: string; value: string }[];
  samples: { value: number; timestamp: unknown }[];
  exemplars: WireExemplar[];
  histograms: WireHistogram[];
}

interface WireRequest {
  timeseries: WireSeries[];
  metadata: { type: number; metric_family_name: string; help: string; unit: string }[];
}

const MAX_BYTES = 64 * 1024 * 1024;

/** Throws if the body is not a snappy block that holds exactly a `prometheus.WriteRequest`. */
export function decodeWriteRequest(body: Uint8Array): DecodedRequest {
  const bytes = uncompress(new Uint8Array(body), MAX_BYTES);
  refuseUnknownFields(WRITE_REQUEST, bytes);
  const request = WRITE_REQUEST.decode(bytes) as unknown as WireRequest;
  return {
    series: request.timeseries.map(toDecodedSeries),
    metadata: request.metadata.map(({ type, metric_family_name: family, help, unit }) => ({
      type,
      family,
      help,
      unit,
    })),
  };
}

function toDecodedSeries({ labels, samples, exemplars, histograms }: WireSeries): DecodedSeries {
  return {
    labels: labels.map(({ name, value }) => [name, value] as const),
    samples: samples.map(({ value, timestamp }) => ({ value, timestampMs: Number(timestamp) })),
    ...(exemplars.length > 0 && { exemplars: exemplars.map(toDecodedExemplar) }),
    ...(histograms.length > 0 && { histograms: histograms.map(toDecodedHistogram) }),
  };
}

/** Walks the message by its published definition, into every message inside it. */
export function refuseUnknownFields(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    if (field === undefined) throw new SyntaxError(`unknown field ${tag >>> 3} in ${type.name}`);
    if ((tag & 7) === 2 && field.resolvedType instanceof protobuf.Type) {
      refuseUnknownFields(field.resolvedType, reader.bytes());
    } else {
      reader.skipType(tag & 7);
    }
  }
}

/** `name{a="b"}`-like text that identifies a series. */
export function seriesKey(series: DecodedSeries): string {
  return JSON.stringify([...series.labels].sort());
}
