// Writes staleness markers: series whose one sample is the NaN that says that the series has ended
// (https://prometheus.io/docs/specs/prw/remote_write_spec/#stale-markers). Nothing else writes that bit pattern.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { int64Length, varintLength, writeInt64, writeVarint } from '../wire/varint.ts';
import { SampleTag, TimeSeriesTag, WriteRequestTag } from '../wire/write-request-tags.ts';
import type { KnownSeries } from './known-series.ts';

/** The bits 7ff0000000000002 as a little-endian double. As a JavaScript number they would not survive. */
const STALE_VALUE = [0x02, 0, 0, 0, 0, 0, 0xf0, 0x7f] as const;

/** The push, followed by markers for the `ended` series of `known`. */
export function appendStaleMarkers(
  push: EncodedSeries,
  known: KnownSeries,
  ended: readonly number[],
  timestampMs: number,
): EncodedSeries {
  const sample = staleSample(timestampMs);
  const contentLength = (series: number) => known.end(series) - known.start(series) + sample.length;
  const markersLength = ended.reduce((sum, series) => {
    const length = contentLength(series);
    return sum + 1 + varintLength(length) + length;
  }, 0);
  const bytes = new Uint8Array(push.bytes.length + markersLength);
  bytes.set(push.bytes);
  let at = push.bytes.length;
  for (const series of ended) {
    bytes[at] = WriteRequestTag.timeseries;
    at = writeVarint(bytes, at + 1, contentLength(series));
    bytes.set(known.bytes.subarray(known.start(series), known.end(series)), at);
    at += known.end(series) - known.start(series);
    bytes.set(sample, at);
    at += sample.length;
  }
  return { ...push, bytes, sampleCount: push.sampleCount + ended.length };
}

/** The field of a sample, at most 22 bytes. Like every field of protobuf, a timestamp of 0 is left out. */
function staleSample(timestampMs: number): Uint8Array {
  const timestampLength = timestampMs === 0 ? 0 : 1 + int64Length(timestampMs);
  const length = 1 + STALE_VALUE.length + timestampLength;
  const bytes = Uint8Array.from([
    TimeSeriesTag.samples,
    length,
    SampleTag.value,
    ...STALE_VALUE,
    ...Array(timestampLength).fill(0),
  ]);
  if (timestampMs === 0) return bytes;
  const at = bytes.length - timestampLength;
  bytes[at] = SampleTag.timestamp;
  writeInt64(bytes, at + 1, timestampMs);
  return bytes;
}
