// Reads the parameters of a query: times, steps and selectors. Every error names the parameter.

import { parseQueryDuration, parseSelector, type Selector } from './selector.ts';
import { QueryError } from './selector-scanner.ts';

/** RFC 3339, or seconds since the epoch. */
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const SECONDS = /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i;

/** Milliseconds since the epoch; `fallbackMs` if the parameter is missing. */
export function readTime(parameters: URLSearchParams, name: string, fallbackMs?: number): number {
  const text = parameters.get(name);
  if ((text === null || text === '') && fallbackMs !== undefined) return fallbackMs;
  const timeMs = parseTime(text ?? '');
  if (timeMs === undefined) throw invalid(name, 'seconds since the epoch or RFC 3339', text);
  return timeMs;
}

/** Milliseconds, at least one. */
export function readStep(parameters: URLSearchParams): number {
  const text = parameters.get('step');
  const stepMs =
    parseQueryDuration(text ?? '') ?? (SECONDS.test(text ?? '') ? Math.round(Number(text) * 1000) : 0);
  if (!(stepMs >= 1 && Number.isSafeInteger(stepMs)))
    throw invalid('step', 'seconds or a duration such as 15s', text);
  return stepMs;
}

/** The selectors of `match[]`, none of them with a range. */
export function readMatches(parameters: URLSearchParams): Selector[] {
  return parameters.getAll('match[]').map((text) => {
    const selector = parseSelector(text);
    if (selector.rangeMs !== undefined) throw invalid('match[]', 'a selector without a range', text);
    return selector;
  });
}

/** A whole number from 0 on; undefined if the parameter is missing. */
export function readLimit(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalid(name, 'a whole number', text);
  return Number(text);
}

function parseTime(text: string): number | undefined {
  const timeMs = RFC3339.test(text)
    ? Date.parse(text)
    : SECONDS.test(text)
      ? Math.round(Number(text) * 1000)
      : Number.NaN;
  return Number.isSafeInteger(timeMs) ? timeMs : undefined;
}

function invalid(name: string, wanted: string, actual: string | null): QueryError {
  const found = actual === null ? 'none' : JSON.stringify(actual.slice(0, 100));
  return new QueryError(`Cannot read parameter ${JSON.stringify(name)}: expected ${wanted}, found ${found}`);
}
