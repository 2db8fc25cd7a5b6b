// Makes request bodies for the tests: the published message, encoded by protobufjs, compressed by snappyjs.
import { compress } from 'snappyjs';
import { loadProtoType } from '../../../src/devbackend/protobuf-messages.ts';

export interface SeriesInput {
  readonly labels: readonly (readonly [string, string])[];
  /** Value and milliseconds. */
  readonly samples?: readonly (readonly [number, number])[];
  readonly exemplars?: readonly ExemplarInput[];
  /** Fields by the names of the .proto file; whole numbers of 64 bits may be text. */
  readonly histograms?: readonly Readonly<Record<string, unknown>>[];
}

export interface ExemplarInput {
  readonly labels: readonly (readonly [string, string])[];
  readonly value: number;
  readonly timestampMs: number;
}

export interface MetadataInput {
  readonly name: string;
  readonly type: number;
  readonly help: string;
}

const WRITE_REQUEST = loadProtoType(['types.proto', 'remote.proto'], 'prometheus.WriteRequest');

export function encodeWriteRequest(
  series: readonly SeriesInput[],
  metadata: readonly MetadataInput[] = [],
): Uint8Array {
  const message = {
    timeseries: series.map(({ labels, samples = [], exemplars = [], histograms = [] }) => ({
      labels: wireLabels(labels),
      samples: samples.map(([value, timestamp]) => ({ value, timestamp })),
      exemplars: exemplars.map(toWireExemplar),
      histograms,
    })),
    metadata: metadata.map(({ name, type, help }) => ({ metric_family_name: name, type, help })),
  };
  return compress(WRITE_REQUEST.encode(WRITE_REQUEST.fromObject(message)).finish());
}

function toWireExemplar({ labels, value, timestampMs }: ExemplarInput) {
  return { labels: wireLabels(labels), value, timestamp: timestampMs };
}

function wireLabels(labels: ExemplarInput['labels']) {
  return labels.map(([name, value]) => ({ name, value }));
}

/** One series `name{labels…}` with one sample. */
export function oneSeries(
  name: string,
  labels: Record<string, string>,
  value: number,
  timestampMs: number,
): SeriesInput {
  const sorted = Object.entries({ __name__: name, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { labels: sorted, samples: [[value, timestampMs]] };
}
