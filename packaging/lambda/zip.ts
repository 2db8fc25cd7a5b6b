// A zip file of whole buffers, without time stamps of its own: the same entries give the same bytes.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With `/` between folders, and without one in front. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

interface Packed {
  /** What the local header and the directory say in the same words. */
  readonly common: Buffer;
  readonly name: Buffer;
  readonly compressed: Buffer;
  readonly mode: number;
}

const VERSION = 20;
/** The directory's entries are of Unix, so that their mode counts. */
const MADE_ON_UNIX = (3 << 8) | VERSION;
const UTF8_NAMES = 1 << 11;
const DEFLATED = 8;
/** 1 January 1980, the oldest day that the format has. */
const DAY = (1 << 5) | 1;
const REGULAR_FILE = 0o100000;

/** Entries are in the order of their paths. No entry may have 4 GiB. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of sorted.map(pack)) {
    const file = Buffer.concat([numbers([4, 0x04034b50]), entry.common, entry.name, entry.compressed]);
    directory.push(directoryEntry(entry, offset));
    files.push(file);
    offset += file.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const count = sorted.length;
  const end = [
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ] as const;
  return Buffer.concat([...files, ...directory, numbers(...end)]);
}

function pack({ path, bytes, isExecutable }: ZipEntry): Packed {
  const name = Buffer.from(path);
  const compressed = deflateRawSync(bytes, { level: 9, memLevel: 9 });
  const flags = [
    [2, VERSION],
    [2, UTF8_NAMES],
    [2, DEFLATED],
    [2, 0],
    [2, DAY],
  ] as const;
  const sizes = [
    [4, crc32(bytes)],
    [4, compressed.length],
    [4, bytes.length],
  ] as const;
  const common = numbers(...flags, ...sizes, [2, name.length], [2, 0]);
  return { common, name, compressed, mode: REGULAR_FILE | (isExecutable ? 0o755 : 0o644) };
}

function directoryEntry({ common, name, mode }: Packed, offset: number): Buffer {
  const before = numbers([4, 0x02014b50], [2, MADE_ON_UNIX]);
  const after = numbers([2, 0], [2, 0], [2, 0], [4, mode * 0x10000], [4, offset]);
  return Buffer.concat([before, common, after, name]);
}

/** Little-endian numbers, each with its size in bytes. */
function numbers(...fields: readonly (readonly [size: 2 | 4, value: number])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of fields) at = buffer.writeUIntLE(value, at, size);
  return buffer;
}
