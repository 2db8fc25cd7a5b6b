// Encoded pushes for tests that start after the transcoder, written by protobufjs from the published message.
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { WRITE_REQUEST } from '../support/write-request-type.ts';

export interface PlainSeries {
  readonly name: string;
  /** The value of a label `i`; no label if it is empty. */
  readonly i: string;
  /** Its own timestamp. */
  readonly timestampMs?: number;
}

/** As the receiver names it. */
export function keyOf({ name, i }: PlainSeries): string {
  return i === '' ? `${name}{}` : `${name}{i="${i}"}`;
}

/** The series with one value each, followed by metadata. */
export function encodePush(series: readonly PlainSeries[], receivedAtMs: number): EncodedSeries {
  const timeseries = series.map(({ name, i, timestampMs = receivedAtMs }) => ({
    labels: [{ name: '__name__', value: name }, ...(i === '' ? [] : [{ name: 'i', value: i }])],
    samples: [{ value: 1.5, timestamp: timestampMs }],
  }));
  const metadata = series
    .slice(0, 1)
    .map(({ name }) => ({ type: 2, metric_family_name: name, help: 'Help.' }));
  const timed = series.flatMap(({ timestampMs }, at) => (timestampMs === undefined ? [] : [at]));
  return {
    bytes: encodeFields({ timeseries, metadata }),
    sampleCount: series.length,
    withheldHistograms: 0,
    hasStartTimestamps: false,
    ...(timed.length > 0 && { timed }),
  };
}

export function encodeFields(request: object): Buffer {
  return Buffer.from(WRITE_REQUEST.encode(WRITE_REQUEST.fromObject(request)).finish());
}
