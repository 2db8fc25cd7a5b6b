// The segments that hold something, oldest first, and how much they take of the disk. Ends are those that are synced.
import type { SegmentName } from './segment-name.ts';

export interface Segment extends SegmentName {
  /** Position behind the last record that is kept. */
  readonly end: number;
  /** What the file takes, at least. */
  readonly bytes: number;
}

export class SegmentTable {
  #segments: Segment[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Position of the oldest record. */
  get start(): number | undefined {
    return this.#segments[0]?.start;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
  }

  /** Records up to `end` are synced in the segment of that name, which is the newest or new. */
  grow(name: SegmentName, end: number): void {
    const newest = this.#segments.at(-1);
    const isKnown = newest?.start === name.start && newest.salt === name.salt;
    if (isKnown) this.#bytes -= this.#segments.pop()!.bytes;
    this.add({ ...name, end, bytes: end - name.start });
  }

  /** The segment that holds the first record at or behind `position`. */
  holding(position: number): Segment | undefined {
    return this.#segments.find(({ end }) => end > position);
  }

  /** The newest stays where it is still written to. */
  takeBefore(position: number, isNewestOpen: boolean): readonly Segment[] {
    const last = isNewestOpen ? this.#segments.length - 1 : this.#segments.length;
    let count = 0;
    while (count < last && this.#segments[count]!.end <= position) count++;
    const taken = this.#segments.splice(0, count);
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken;
  }
}
