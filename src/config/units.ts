// Parses durations such as 1m30s, in milliseconds, and sizes such as 16MiB, in bytes.
const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Units from large to small, each at most once; `0` needs none. Also the pattern of the published JSON Schema. */
export const DURATION_PATTERN = /^(?:0|(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/;

/** Milliseconds, or undefined if `text` is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) {
    total += Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  }
  return total;
}

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

/** Bytes, or undefined if `text` is not a size. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ''] = SIZE_PATTERN.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 1);
}
