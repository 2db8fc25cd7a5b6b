// A segment file holds records and nothing else; what has to be known of it stands in its name, where a damaged byte of
// the file cannot reach it.

export interface SegmentName {
  /** Position of the first record. A record's offset in the file is its position less this. */
  readonly start: number;
  /** Where the segment before truly ended: whatever its file holds behind that was never acknowledged. */
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
