// The file of one backend's positions. A line of JSON with a checksum tells the lanes and what earlier runs settled; it is
// only ever replaced as a whole. Behind it every lane has three slots of 32 bytes that are written in place:
//
//   0  sequence   8  position   16  samples   20  lane   24  form   28  CRC-32 of the 28 bytes before
//
// The slot with the highest sequence is the lane's position. Numbers are little-endian, the first two are doubles.

import { crc32 } from 'node:zlib';
import type { LanePosition } from '../block/lane-position.ts';
import type { Generation } from './settled-earlier.ts';

export interface StoredPositions {
  readonly backend: string;
  readonly lanes: readonly LanePosition[];
  readonly earlier: readonly Generation[];
}

/** One is on disk, one is being synced, one can be written. */
export const SLOTS = 3;
export const SLOT_BYTES = 32;
const CHECKED_BYTES = 28;
/** Slots start at a multiple of this, so that none is torn between two sectors. */
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
export function headBytes(file: Buffer): number {
  return Math.ceil((file.indexOf('\n') + 1) / SECTOR_BYTES) * SECTOR_BYTES;
}

/** Where a slot lies behind the head. */
export function slotOffset(lane: number, slot: number): number {
  return (lane * SLOTS + slot) * SLOT_BYTES;
}

export function formatSlot(
  { position, samples, form = 0 }: LanePosition,
  lane: number,
  sequence: number,
): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeDoubleLE(sequence, 0);
  bytes.writeDoubleLE(position, 8);
  bytes.writeUInt32LE(samples, 16);
  bytes.writeUInt32LE(lane, 20);
  bytes.writeUInt32LE(form, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return bytes;
}

/** undefined where the head is damaged: then nothing is known of the backend. */
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
