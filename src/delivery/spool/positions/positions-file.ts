// The file of one backend's positions: its format and its use. The head is a line of JSON with a checksum. It holds the
// number of lanes and what earlier runs settled, and is only replaced as a whole. After it, each lane has three slots of 32
// bytes that are written in place:
//
//   0  sequence   8  position   16  samples   20  lane   24  form   28  CRC-32 of the 28 bytes before
//
// The slot with the highest sequence is the lane's position. Numbers are little-endian, the first two are doubles.
import { crc32 } from 'node:zlib';
import type { LanePosition } from '../../block/push-log.ts';
import type { Disk, DiskFile } from '../disk/disk.ts';

/** Positions of all lanes of one run, in their order: everything of a lane before its position is settled. */
export type Generation = readonly number[];

export interface StoredPositions {
  readonly backend: string;
  readonly lanes: readonly LanePosition[];
  readonly earlier: readonly Generation[];
}

/** One is on disk, one is being synced, one can be written. */
export const SLOTS = 3;
const SLOT_BYTES = 32;
const CHECKED_BYTES = 28;
/** Slots start at a multiple of this, so that no slot is in two sectors. */
const SECTOR_BYTES = 512;
const SPACE = 0x20;

interface Head {
  readonly backend: string;
  readonly lanes: number;
  /** The position of a lane without a sound slot. */
  readonly origin: number;
  readonly earlier: readonly Generation[];
}

/** The whole file; slot 0 of each lane is filled, with sequence 1. */
export function formatPositions({ backend, lanes, earlier }: StoredPositions): Buffer {
  const origin = Math.min(...lanes.map(({ position }) => position));
  const head = formatHead({ backend, lanes: lanes.length, origin, earlier });
  const file = Buffer.alloc(head.length + lanes.length * SLOTS * SLOT_BYTES);
  head.copy(file);
  lanes.forEach((at, lane) => {
    formatSlot(at, lane, 1).copy(file, head.length + slotOffset(lane, 0));
  });
  return file;
}

/** Bytes before the first slot. */
function headBytes(file: Buffer): number {
  return Math.ceil((file.indexOf('\n') + 1) / SECTOR_BYTES) * SECTOR_BYTES;
}

/** Offset of a slot after the head. */
function slotOffset(lane: number, slot: number): number {
  return (lane * SLOTS + slot) * SLOT_BYTES;
}

function formatSlot({ position, samples, form = 0 }: LanePosition, lane: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeDoubleLE(sequence, 0);
  bytes.writeDoubleLE(position, 8);
  bytes.writeUInt32LE(samples, 16);
  bytes.writeUInt32LE(lane, 20);
  bytes.writeUInt32LE(form, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return bytes;
}

/** Undefined if the head is damaged: then nothing is known about the backend. */
export function parsePositions(file: Buffer): StoredPositions | undefined {
  const head = parseHead(file);
  if (head === undefined) return undefined;
  const slots = file.subarray(headBytes(file));
  const origin = { position: head.origin, samples: 0 };
  const lanes = Array.from({ length: head.lanes }, (_, lane) => newestSlot(slots, lane) ?? origin);
  return { backend: head.backend, lanes, earlier: head.earlier };
}

function formatHead(head: Head): Buffer {
  const json = JSON.stringify(head);
  const line = Buffer.from(`${checksumText(json)} ${json}\n`);
  const bytes = Buffer.alloc(Math.ceil(line.length / SECTOR_BYTES) * SECTOR_BYTES);
  line.copy(bytes);
  return bytes;
}

function parseHead(file: Buffer): Head | undefined {
  const end = file.indexOf('\n');
  const checksum = file.toString('latin1', 0, 8);
  const json = file.toString('utf8', 9, Math.max(end, 9));
  if (end < 0 || file[8] !== SPACE || checksum !== checksumText(json)) return undefined;
  return JSON.parse(json);
}

function checksumText(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function newestSlot(slots: Buffer, lane: number): LanePosition | undefined {
  let newest: LanePosition | undefined;
  let highest = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const bytes = slots.subarray(slotOffset(lane, slot), slotOffset(lane, slot + 1));
    if (!isSound(bytes, lane) || bytes.readDoubleLE(0) <= highest) continue;
    highest = bytes.readDoubleLE(0);
    const form = bytes.readUInt32LE(24);
    const at = { position: bytes.readDoubleLE(8), samples: bytes.readUInt32LE(16) };
    newest = form === 0 ? at : { ...at, form };
  }
  return newest;
}

function isSound(bytes: Buffer, lane: number): boolean {
  return (
    bytes.length === SLOT_BYTES &&
    bytes.readUInt32LE(20) === lane &&
    bytes.readUInt32LE(CHECKED_BYTES) === crc32(bytes.subarray(0, CHECKED_BYTES))
  );
}

/** Slot numbers of one lane. */
interface LaneSlots {
  onDisk: number;
  /** -1 for none. */
  syncing: number;
  /** Written and not synced; -1 for none. */
  written: number;
  sequence: number;
}

/**
 * The file while it is in use. What is written survives the end of this program at once, and a power cut once it is synced.
 * A torn write never hits the newest slot that is on disk.
 */
export class PositionsFile {
  readonly path: string;
  readonly #disk: Disk;
  #file: DiskFile | undefined;
  #headBytes = 0;
  #lanes: LaneSlots[] = [];

  constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
  }

  /** Writes the whole file again, synced. Throws what the disk throws; the file is then not usable until a call succeeds. */
  replace(stored: StoredPositions): void {
    this.#drop();
    const bytes = formatPositions(stored);
    this.#disk.replaceNow(this.path, bytes);
    this.#file = this.#disk.openNow(this.path);
    this.#headBytes = headBytes(bytes);
    this.#lanes = stored.lanes.map(() => ({ onDisk: 0, syncing: -1, written: -1, sequence: 1 }));
  }

  /** False if it has to be replaced: it was removed, or never written. */
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

  /** Only one call at a time. */
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

/** Neither the slot that is on disk nor the one that is being synced, so that a torn write hits neither. */
function freeSlot({ onDisk, syncing, written }: LaneSlots): number {
  if (written >= 0) return written;
  for (let slot = 0; slot < SLOTS; slot++) if (slot !== onDisk && slot !== syncing) return slot;
  throw new Error('BUG: expected a free slot among three');
}
