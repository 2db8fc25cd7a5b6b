// Durations of the query language: `5m`, `1h30m`, `500ms`.

/** From the largest unit to the smallest; a duration names them in this order. */
const UNITS_MS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1] as const;
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds, or undefined where `text` is no duration above zero. */
export function parseDuration(text: string): number | undefined {
  const counts = DURATION.exec(text)?.slice(1) ?? [];
  const durationMs = UNITS_MS.reduce((sum, unitMs, i) => sum + unitMs * Number(counts[i] ?? 0), 0);
  return durationMs > 0 && Number.isSafeInteger(durationMs) ? durationMs : undefined;
}
