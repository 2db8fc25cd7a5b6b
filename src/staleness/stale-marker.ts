// Writes a staleness marker: a series whose one sample is the NaN that says that it has ended
// (https://prometheus.io/docs/specs/prw/remote_write_spec/#stale-markers). Invariant: nothing else writes that bit pattern.
import { int64Length, varintLength, writeInt64, writeVarint } from '../wire/varint.ts';
import { SampleTag, TimeSeriesTag, WriteRequestTag } from '../wire/write-request-tags.ts';

/** The bits 7ff0000000000002 as a little-endian double. They stay bytes: as a number they would not survive. */
const STALE_VALUE = [0x02, 0, 0, 0, 0, 0, 0xf0, 0x7f] as const;
const VALUE_BYTES = 1 + STALE_VALUE.length;

/** How long the marker of a series with `labelsLength` bytes of labels is. */
export function staleMarkerLength(labelsLength: number, timestampMs: number): number {
  const length = contentLength(labelsLength, timestampMs);
  return 1 + varintLength(length) + length;
}

/** Writes at `at` the marker of the series whose `labels` fields are `[start, end)` of `labels`; returns where it ends. */
export function writeStaleMarker(
  to: Uint8Array,
  at: number,
  labels: Uint8Array,
  start: number,
  end: number,
  timestampMs: number,
): number {
  to[at] = WriteRequestTag.timeseries;
  let next = writeVarint(to, at + 1, contentLength(end - start, timestampMs));
  to.set(labels.subarray(start, end), next);
  next += end - start;
  to[next++] = TimeSeriesTag.samples;
  to[next++] = sampleLength(timestampMs);
  to[next++] = SampleTag.value;
  to.set(STALE_VALUE, next);
  next += STALE_VALUE.length;
  if (timestampMs === 0) return next;
  to[next] = SampleTag.timestamp;
  return writeInt64(to, next + 1, timestampMs);
}

function contentLength(labelsLength: number, timestampMs: number): number {
  return labelsLength + 2 + sampleLength(timestampMs);
}

/** At most 20: its length is one byte. */
function sampleLength(timestampMs: number): number {
  return VALUE_BYTES + (timestampMs === 0 ? 0 : 1 + int64Length(timestampMs));
}
