// Durations such as 30s, 250ms and 1m30s, in milliseconds.

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Units from large to small, each at most once; `0` needs none. Also the pattern of the published JSON Schema. */
export const DURATION_PATTERN = /^(?:0|(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/;

/** Milliseconds, or undefined where `text` is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) {
    total += Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  }
  return total;
}
