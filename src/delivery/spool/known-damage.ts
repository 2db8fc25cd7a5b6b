// The damage that was found: each stretch is reported once, although several lanes read it, and its bytes are set aside while
// there is room for them.
import { join } from 'node:path';
import type { SpoolEvents } from '../../telemetry/events.ts';
import type { Disk } from './disk/disk.ts';

interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface DamagedStretch extends Stretch {
  /** How many records were damaged, if that is known. */
  readonly records?: number;
  /** What was found in the place of the records. */
  readonly seen: string;
}

/** Adjacent stretches count as one. Of more than this the oldest is forgotten, and may be reported a second time. */
const MAX_KNOWN = 10_000;
const MAX_FILES = 16;
const MAX_FILE_BYTES = 1024 * 1024;

export class KnownDamage {
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #events: SpoolEvents;
  #known: Stretch[] = [];

  constructor(folder: string, disk: Disk, events: SpoolEvents) {
    this.#folder = folder;
    this.#disk = disk;
    this.#events = events;
  }

  /** The end of the damaged stretch that holds `position`. */
  endOf(position: number): number | undefined {
    return this.#known.find(({ from, to }) => from <= position && position < to)?.to;
  }

  /** Reports the stretch unless it is known. `readBytes` reads its bytes, up to a length. */
  async found(stretch: DamagedStretch, readBytes: (length: number) => Promise<Uint8Array>): Promise<void> {
    const { from, to, records, seen } = stretch;
    if (this.#known.some((known) => known.from <= from && to <= known.to)) return;
    this.#remember({ from, to });
    const file = await this.#setAside(from, () => readBytes(Math.min(to - from, MAX_FILE_BYTES)));
    this.#events.spoolDamaged({
      bytes: to - from,
      detail: `Cannot read the spool from position ${from} to ${to}: expected what was written, found ${seen}`,
      ...(records === undefined ? {} : { records }),
      ...(file === undefined ? {} : { file }),
    });
  }

  forgetBefore(position: number): void {
    if (this.#known.length > 0) this.#known = this.#known.filter(({ to }) => to > position);
  }

  #remember({ from, to }: Stretch): void {
    const at = this.#known.findIndex((known) => known.to === from);
    if (at >= 0) this.#known[at] = { from: this.#known[at]!.from, to };
    else this.#known.push({ from, to });
    if (this.#known.length > MAX_KNOWN) this.#known.shift();
  }

  /** The bytes are for a later analysis. If they cannot be kept, delivery goes on without them. */
  async #setAside(position: number, read: () => Promise<Uint8Array>): Promise<string | undefined> {
    try {
      await this.#disk.makeFolder(this.#folder);
      const name = `${String(position).padStart(16, '0')}.damaged`;
      const kept = await this.#disk.list(this.#folder);
      if (kept.includes(name)) return join(this.#folder, name);
      const bytes = await read();
      if (kept.length >= MAX_FILES || bytes.length === 0) return undefined;
      const path = join(this.#folder, name);
      const file = await this.#disk.create(path);
      await file.write([bytes], 0).finally(() => file.close());
      return path;
    } catch {
      return undefined;
    }
  }
}
