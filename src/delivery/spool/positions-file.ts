// One backend's file of positions while it is in use. What is written is there after the end of this program at once, and
// after a power cut as soon as it is synced; a torn write never reaches the newest slot that is on disk.
import type { LanePosition } from '../block/lane-position.ts';
import {
  formatPositions,
  formatSlot,
  headBytes,
  SLOTS,
  type StoredPositions,
  slotOffset,
} from './positions-format.ts';
import type { SpoolFile, SpoolFiles } from './spool-files.ts';

/** Slot numbers of one lane. */
interface LaneSlots {
  onDisk: number;
  /** -1 for none. */
  syncing: number;
  /** Written and not synced; -1 for none. */
  written: number;
  sequence: number;
}

export class PositionsFile {
  readonly path: string;
  readonly #files: SpoolFiles;
  #file: SpoolFile | undefined;
  #headBytes = 0;
  #lanes: LaneSlots[] = [];

  constructor(path: string, files: SpoolFiles) {
    this.path = path;
    this.#files = files;
  }

  /** Writes the file anew, synced. Throws what the disk throws, and is then not usable until it succeeds. */
  replace(stored: StoredPositions): void {
    this.#drop();
    const bytes = formatPositions(stored);
    this.#files.replaceNow(this.path, bytes);
    this.#file = this.#files.openNow(this.path);
    this.#headBytes = headBytes(bytes);
    this.#lanes = stored.lanes.map(() => ({ onDisk: 0, syncing: -1, written: -1, sequence: 1 }));
  }

  /** False where it has to be replaced: removed by somebody, or never written. */
  get isUsable(): boolean {
    return this.#file?.isStillAt(this.path) ?? false;
  }

  /** Throws what the disk throws. */
  write(lane: number, at: LanePosition): void {
    const slots = this.#lanes[lane];
    if (slots === undefined || this.#file === undefined)
      throw new Error(`expected the file of positions ${this.path}, found none`);
    const slot = freeSlot(slots);
    this.#file.writeNow(formatSlot(at, lane, slots.sequence + 1), this.#headBytes + slotOffset(lane, slot));
    slots.sequence++;
    slots.written = slot;
  }

  /** One at a time. */
  async sync(): Promise<void> {
    const lanes = this.#lanes;
    for (const slots of lanes) {
      slots.syncing = slots.written;
      slots.written = -1;
    }
    try {
      await this.#file?.sync();
      for (const slots of lanes) if (slots.syncing >= 0) slots.onDisk = slots.syncing;
    } finally {
      for (const slots of lanes) slots.syncing = -1;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }

  #drop(): void {
    void this.close();
  }
}

/** Neither the one that is on disk nor the one that is on its way: the next to be torn is another. */
function freeSlot({ onDisk, syncing, written }: LaneSlots): number {
  if (written >= 0) return written;
  for (let slot = 0; slot < SLOTS; slot++) if (slot !== onDisk && slot !== syncing) return slot;
  throw new Error('BUG: expected a free slot among three');
}
