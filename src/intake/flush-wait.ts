// How long a flush may wait: what the request asks for, by `?timeout=5s` or `Prefer: wait=5`, and never longer than pushes.
import { parseDuration } from '../config/durations.ts';
import { readPrefer } from './prefer.ts';
import { quote } from './quote.ts';

export type FlushWait =
  | { readonly waitMs: number /** For `Preference-Applied`. */; readonly applied?: string }
  | { readonly problem: string };

const MAX_SHOWN = 40;

/** `target` is that of the request; of both ways to ask, the query counts. */
export function flushWait(target: string, prefer: string | undefined, maxWaitMs: number): FlushWait {
  const [, query = ''] = /\?([^#]*)/.exec(target) ?? [];
  const timeout = new URLSearchParams(query).get('timeout');
  if (timeout !== null) return timeoutOf(timeout, maxWaitMs);
  const { waitSeconds } = readPrefer(prefer ?? '');
  if (waitSeconds === undefined) return { waitMs: maxWaitMs };
  const waitMs = Math.min(1000 * waitSeconds, maxWaitMs);
  // The header knows whole seconds only; what it names is never less than what was granted.
  return { waitMs, applied: `wait=${Math.ceil(waitMs / 1000)}` };
}

function timeoutOf(text: string, maxWaitMs: number): FlushWait {
  const waitMs = text === '' ? undefined : parseDuration(text);
  if (waitMs !== undefined) return { waitMs: Math.min(waitMs, maxWaitMs) };
  const found = quote(text, MAX_SHOWN);
  return { problem: `Cannot read timeout: expected a duration such as 5s, found ${found}` };
}
