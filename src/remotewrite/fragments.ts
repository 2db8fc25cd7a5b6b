// Cuts a run of write-request fields at field boundaries without decoding them.
import { readVarint, varintEnd } from '../wire/varint.ts';

/** The tag byte of `timeseries = 1` and of `metadata = 3`, both length-delimited. */
export const TIMESERIES_TAG = 0x0a;
export const METADATA_TAG = 0x1a;

export interface Cut {
  /** Where the cut part ends, exclusive. */
  readonly end: number;
  readonly sampleCount: number;
}

/**
 * The longest part of `bytes` from `start` on that holds at most `maxSamples` series and `maxBytes` bytes, but always
 * at least one field where one is left.
 */
export function cutFragments(bytes: Uint8Array, start: number, maxSamples: number, maxBytes: number): Cut {
  let end = start;
  let sampleCount = 0;
  while (end < bytes.length) {
    const lengthAt = end + 1;
    const fieldEnd = varintEnd(bytes, lengthAt) + readVarint(bytes, lengthAt);
    const isSeries = bytes[end] === TIMESERIES_TAG;
    if (end > start && ((isSeries && sampleCount === maxSamples) || fieldEnd - start > maxBytes)) break;
    end = fieldEnd;
    if (isSeries) sampleCount++;
  }
  return { end, sampleCount };
}
