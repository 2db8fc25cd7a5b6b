// Cuts the fields of a write request at field boundaries, without decoding them: what a push brings into blocks of bounded
// size, and a refused block into runs of its series.
import { fieldEnd } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';

export class BlockFields {
  readonly #bytes: Buffer;
  /** Where series i begins; the last entry is where the last one ends. */
  readonly #seriesStarts: Uint32Array;
  /** As `#seriesStarts`, of the metadata. */
  readonly #metadataStarts: number[];
  /** The series that metadata field i belongs to; never falls. */
  readonly #owners: readonly number[];

  /**
   * Sorts `fields`, which hold `seriesCount` series. The metadata of a push comes after its series: `firstOfPush` gives, for
   * a series, the first one of the same push, and the metadata belongs to that one.
   */
  constructor(fields: Buffer, seriesCount: number, firstOfPush: (series: number) => number) {
    this.#bytes = Buffer.allocUnsafeSlow(fields.length);
    this.#seriesStarts = new Uint32Array(seriesCount + 1);
    const metadata: Buffer[] = [];
    const owners: number[] = [];
    let length = 0;
    let series = 0;
    for (let at = 0; at < fields.length; ) {
      const end = fieldEnd(fields, at);
      if (fields[at] === WriteRequestTag.timeseries) {
        length += fields.copy(this.#bytes, length, at, end);
        this.#seriesStarts[++series] = length;
      } else if (fields[at] === WriteRequestTag.metadata) {
        metadata.push(fields.subarray(at, end));
        owners.push(series === 0 ? 0 : firstOfPush(series - 1));
      }
      at = end;
    }
    if (series !== seriesCount) throw new Error(`BUG: a block of ${seriesCount} series has ${series}`);
    this.#owners = owners;
    this.#metadataStarts = [length];
    for (const field of metadata) {
      length += field.copy(this.#bytes, length);
      this.#metadataStarts.push(length);
    }
  }

  hasMetadata(from: number, to: number): boolean {
    return this.#ownedBefore(from) < this.#ownedBefore(to);
  }

  /** The series from `from` to `to`, exclusive, as fields of a write request, with the metadata that belongs to them or without. */
  slice(from: number, to: number, withMetadata: boolean): Uint8Array {
    const series = this.#bytes.subarray(this.#seriesStarts[from], this.#seriesStarts[to]);
    if (!withMetadata || !this.hasMetadata(from, to)) return series;
    const start = this.#metadataStarts[this.#ownedBefore(from)];
    const end = this.#metadataStarts[this.#ownedBefore(to)];
    return Buffer.concat([series, this.#bytes.subarray(start, end)]);
  }

  /** How many metadata fields belong to the series before `series`. */
  #ownedBefore(series: number): number {
    const first = this.#owners.findIndex((owner) => owner >= series);
    return first < 0 ? this.#owners.length : first;
  }
}

export interface Cut {
  /** Where the cut part ends, exclusive. */
  readonly end: number;
  readonly sampleCount: number;
}

/**
 * The longest part of `bytes` from `start` on that holds at most `maxSamples` series and `maxBytes` bytes, but always
 * at least one field if one is left.
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
