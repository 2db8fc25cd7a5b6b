// Takes segments off the disk that nobody needs any more, once it is on disk that nobody does: else a power cut could
// leave a lane that looks for records which are gone.
import { join } from 'node:path';
import { isMissing } from './disk-trouble.ts';
import { formatSegmentName } from './segment-name.ts';
import type { Segment } from './segment-table.ts';
import type { SpoolFiles } from './spool-files.ts';

export class SegmentRemoval {
  readonly #folder: string;
  readonly #files: SpoolFiles;
  readonly #syncPositions: () => Promise<void>;
  readonly #waiting: Segment[] = [];
  #running: Promise<void> | undefined;
  #bytes = 0;

  constructor(folder: string, files: SpoolFiles, syncPositions: () => Promise<void>) {
    this.#folder = folder;
    this.#files = files;
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

  /** Tries again what the disk refused. */
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
      // The disk is in trouble: what is left waits for the next start.
    }
  }

  async #removeOldest(): Promise<void> {
    const segment = this.#waiting[0]!;
    await this.#files.remove(join(this.#folder, formatSegmentName(segment))).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    this.#waiting.shift();
    this.#bytes -= segment.bytes;
  }
}
