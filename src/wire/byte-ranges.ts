// Compares, copies and hashes byte ranges four bytes at a time. These loops are written out because a DataView load is
// one machine instruction, while a call into native code costs a hundred, too many for a label of ten bytes.
// Every view must reach at least three bytes past the ranges it is given (see `SLACK`).

/** Bytes that a buffer keeps free after its content, so that the last word can be read or written whole. */
export const SLACK = 8;

/** For more bytes a native copy is faster. */
const NATIVE_COPY = 128;

/** Whether `length` bytes at `a` and at `b` are the same. */
export function equalRange(view: DataView, a: number, b: number, length: number): boolean {
  const whole = length & ~3;
  let at = 0;
  for (; at < whole; at += 4) {
    if (view.getInt32(a + at, true) !== view.getInt32(b + at, true)) return false;
  }
  if (at === length) return true;
  const difference = view.getInt32(a + at, true) ^ view.getInt32(b + at, true);
  return (difference & tailMask(length)) === 0;
}

/** Whether `length` bytes at `a` in one view and at `b` in another are the same. */
export function equalRanges(aView: DataView, a: number, bView: DataView, b: number, length: number): boolean {
  const whole = length & ~3;
  let at = 0;
  for (; at < whole; at += 4) {
    if (aView.getInt32(a + at, true) !== bView.getInt32(b + at, true)) return false;
  }
  if (at === length) return true;
  const difference = aView.getInt32(a + at, true) ^ bView.getInt32(b + at, true);
  return (difference & tailMask(length)) === 0;
}

/** Copies `length` bytes. Up to three bytes after the target range are overwritten too. */
export function copyRange(
  from: Buffer,
  fromView: DataView,
  start: number,
  to: Buffer,
  toView: DataView,
  at: number,
  length: number,
): number {
  if (length > NATIVE_COPY) {
    from.copy(to, at, start, start + length);
    return at + length;
  }
  for (let done = 0; done < length; done += 4)
    toView.setInt32(at + done, fromView.getInt32(start + done, true), true);
  return at + length;
}

/** A 32-bit hash of `length` bytes at `start`; equal bytes have equal hashes, wherever they are. */
export function hashRange(view: DataView, start: number, length: number): number {
  const whole = length & ~3;
  let hash = length;
  let at = 0;
  for (; at < whole; at += 4)
    hash = Math.imul(hash ^ view.getInt32(start + at, true), 0x9e3779b1) ^ (hash >>> 15);
  if (at < length)
    hash = Math.imul(hash ^ (view.getInt32(start + at, true) & tailMask(length)), 0x9e3779b1) ^ (hash >>> 15);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** Selects the `length % 4` low bytes of a little-endian word. */
function tailMask(length: number): number {
  return (1 << ((length & 3) << 3)) - 1;
}

/** Orders two ranges by their bytes: negative, zero or positive, as `memcmp` does; a prefix comes first. */
export function compareRanges(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let at = 0; at < shared; at++) {
    const difference = a[aStart + at]! - b[bStart + at]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
