// Percent-decoding of a piece of a path for a comparison: what cannot be decoded equals nothing.

/** undefined for an escape that is none, or is not UTF-8. */
export function tryDecode(piece: string): string | undefined {
  if (!piece.includes('%')) return piece;
  try {
    return decodeURIComponent(piece);
  } catch {
    return undefined;
  }
}
