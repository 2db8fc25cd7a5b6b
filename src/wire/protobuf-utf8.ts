// Checks whether a range of an arena is UTF-8: four bytes at a time as long as all are ASCII, as they mostly are.
import { isUtf8 } from 'node:buffer';

const HIGH_BITS = 0x80808080;

export function isUtf8Range(bytes: Buffer, view: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    if ((view.getInt32(at) & HIGH_BITS) !== 0) return isUtf8(bytes.subarray(start, end));
  }
  for (; at < end; at++) if (bytes[at]! > 127) return isUtf8(bytes.subarray(start, end));
  return true;
}
