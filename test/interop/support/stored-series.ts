// Reads what a backend has stored, through the query API that Prometheus and VictoriaMetrics share.
import { type Access, fetchApi } from './fetch-text.ts';

export interface StoredSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** In order of time. */
  readonly samples: readonly { readonly value: number; readonly timestampMs: number }[];
}

interface MatrixEntry {
  readonly metric: Record<string, string>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

/** Samples of jobs that run now are in this range, also with a timestamp of their own some minutes old. */
const RANGE = '3h';
const AHEAD_S = 60;

/** Every stored sample of the series that a selector picks, of the last hours. */
export async function fetchStored(
  url: string,
  selector: string,
  access?: Access,
): Promise<readonly StoredSeries[]> {
  const query = encodeURIComponent(`${selector}[${RANGE}]`);
  const time = Date.now() / 1000 + AHEAD_S;
  const { result } = await fetchApi<{ result: readonly MatrixEntry[] }>(
    `${url}/api/v1/query?query=${query}&time=${time}`,
    access,
  );
  return result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([seconds, value]) => ({
      timestampMs: Math.round(seconds * 1000),
      value: readValue(value),
    })),
  }));
}

/** The API writes digits that read back exactly, `+Inf`, `-Inf` and `NaN`. */
function readValue(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
