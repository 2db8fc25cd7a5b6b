// Makes pushes for tests with the published message, independently of Sluice's own encoder.
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { WRITE_REQUEST } from './write-request-type.ts';

export interface TestSample {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs: number;
}

export interface TestMetadata {
  readonly family: string;
  readonly type: number;
  readonly help: string;
}

export function encodeSamples(
  samples: readonly TestSample[],
  metadata: readonly TestMetadata[] = [],
): EncodedSeries {
  const message = WRITE_REQUEST.fromObject({
    timeseries: samples.map(({ name, labels, value, timestampMs }) => ({
      labels: sortedLabels({ __name__: name, ...labels }),
      samples: [{ value, timestamp: timestampMs }],
    })),
    metadata: metadata.map(({ family, type, help }) => ({ metric_family_name: family, type, help })),
  });
  return {
    bytes: WRITE_REQUEST.encode(message).finish(),
    sampleCount: samples.length,
    withheldHistograms: 0,
    hasStartTimestamps: false,
  };
}

/** `count` series of one name, that differ in the label `i`; their values are 0, 1, 2, …. */
export function encodeMany(name: string, count: number, timestampMs: number, padding = ''): EncodedSeries {
  const samples = Array.from({ length: count }, (_, i) => {
    const labels = padding === '' ? { i: String(i) } : { i: String(i), padding: `${i}${padding}` };
    return { name, labels, value: i, timestampMs };
  });
  return encodeSamples(samples);
}

function sortedLabels(labels: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(labels)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
