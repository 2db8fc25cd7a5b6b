// Cuts a run of write-request fields at field boundaries without decoding them.
import { fieldEnd } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';

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
    const next = fieldEnd(bytes, end);
    const isSeries = bytes[end] === WriteRequestTag.timeseries;
    if (end > start && ((isSeries && sampleCount === maxSamples) || next - start > maxBytes)) break;
    end = next;
    if (isSeries) sampleCount++;
  }
  return { end, sampleCount };
}
