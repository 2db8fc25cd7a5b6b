// Sizes such as 16MiB, 64KiB and 1GB, in bytes.

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Also the pattern of the published JSON Schema. */
export const SIZE_PATTERN = /^(\d+)(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?$/;

/** Bytes, or undefined where `text` is not a size. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ''] = SIZE_PATTERN.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 1);
}
