// Segments: the files that hold the records. A segment file holds nothing but records; everything else about it is in its
// name, which a damaged byte in the file cannot reach. Here are the names, the table of segments, and their removal.
import { join } from 'node:path';
import { type Disk, isMissing } from './disk/disk.ts';

export interface SegmentName {
  /** Position of the first record. A record's offset in the file is its position less this. */
  readonly start: number;
  /** The true end of the segment before: whatever its file holds after this was never acknowledged. */
  readonly previousEnd: number;
  /** Unsigned 32-bit seed of the checksums in this file. */
  readonly salt: number;
}

const PATTERN = /^(\d{16})-(\d{16})-([0-9a-f]{8})\.v1$/;

export function formatSegmentName({ start, previousEnd, salt }: SegmentName): string {
  return `${digits(start)}-${digits(previousEnd)}-${salt.toString(16).padStart(8, '0')}.v1`;
}

/** undefined for any other file. */
export function parseSegmentName(name: string): SegmentName | undefined {
  const [, start, previousEnd, salt] = PATTERN.exec(name) ?? [];
  if (start === undefined) return undefined;
  return { start: Number(start), previousEnd: Number(previousEnd), salt: Number.parseInt(salt!, 16) };
}

function digits(position: number): string {
  return String(position).padStart(16, '0');
}

export interface Segment extends SegmentName {
  /** Position after the last record that is kept. */
  readonly end: number;
  /** The least size of the file. */
  readonly bytes: number;
}

/** The segments that hold records, oldest first, and how much disk they take. Their ends are the synced ones. */
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

  /** The segment that holds the first record at or after `position`. */
  holding(position: number): Segment | undefined {
    return this.#segments.find(({ end }) => end > position);
  }

  /** The newest segment stays if it is still written to. */
  takeBefore(position: number, isNewestOpen: boolean): readonly Segment[] {
    const last = isNewestOpen ? this.#segments.length - 1 : this.#segments.length;
    let count = 0;
    while (count < last && this.#segments[count]!.end <= position) count++;
    const taken = this.#segments.splice(0, count);
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken;
  }
}

/**
 * Removes segments that no lane needs, after the lanes' positions are synced. Otherwise a power cut could leave a lane that
 * looks for deleted records.
 */
export class SegmentRemoval {
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #syncPositions: () => Promise<void>;
  readonly #waiting: Segment[] = [];
  #running: Promise<void> | undefined;
  #bytes = 0;

  constructor(folder: string, disk: Disk, syncPositions: () => Promise<void>) {
    this.#folder = folder;
    this.#disk = disk;
    this.#syncPositions = syncPositions;
  }

  /** Bytes that are still on the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  add(segments: readonly Segment[]): void {
    this.#waiting.push(...segments);
    for (const { bytes } of segments) this.#bytes += bytes;
    this.start();
  }

  /** Also tries again what the disk refused. */
  start(): void {
    if (this.#waiting.length === 0) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async finished(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const known = this.#waiting.length;
        if (known === 0) return;
        await this.#syncPositions();
        for (let removed = 0; removed < known; removed++) await this.#removeOldest();
      }
    } catch {
      // The disk failed. What is left waits for the next call of `start`.
    }
  }

  async #removeOldest(): Promise<void> {
    const segment = this.#waiting[0]!;
    await this.#disk.remove(join(this.#folder, formatSegmentName(segment))).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    this.#waiting.shift();
    this.#bytes -= segment.bytes;
  }
}
