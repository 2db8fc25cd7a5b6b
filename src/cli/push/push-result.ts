// What an answer means for a push, whether another attempt could end better, and the message and exit code of the command.
import { parseRetryAfter, printable } from '../../delivery/http/answer-text.ts';
import { EXIT } from '../command-ending.ts';
import { type HttpResult, isSuccess } from '../http-exchange.ts';
import type { PushOptions } from './push-options.ts';

export type PushEnding =
  /** `warning`: the server did not say that it did as it was asked. */
  | { readonly kind: 'taken'; readonly status: number; readonly warning?: string }
  /** Taken, and not delivered when the wait for that was over. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'refused'; readonly found: string }
  /** No way to Sluice that another attempt would not find as well, such as a certificate that is not trusted. */
  | { readonly kind: 'unreachable'; readonly found: string }
  | { readonly kind: 'retry'; readonly found: string; readonly afterMs: number | undefined };

export type FinalEnding =
  | Exclude<PushEnding, { kind: 'retry' }>
  /** `found`: how the last attempt ended that was not cut off. */
  | { readonly kind: 'late'; readonly found: string; readonly attempts: number };

/** Besides 5xx: the request came too slowly, or too many come. */
const RETRIED = [408, 429];

/** `waits`: the request asked to wait for delivery. */
export function judgeEnding(ending: HttpResult, waits: boolean, nowMs: number): PushEnding {
  if (ending.kind === 'failed')
    return ending.isFinal
      ? { kind: 'unreachable', found: ending.detail }
      : { kind: 'retry', found: ending.detail, afterMs: undefined };
  const { status, headers } = ending;
  if (isSuccess(status)) return judgeSuccess(status, waits, headers['preference-applied']);
  const found = describeAnswer(ending);
  if (status < 500 && !RETRIED.includes(status)) return { kind: 'refused', found };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return {
    kind: 'retry',
    found: afterMs === undefined ? found : `${found} (${askedWait(afterMs)})`,
    afterMs,
  };
}

function askedWait(afterMs: number): string {
  return `with Retry-After of ${Math.ceil(afterMs / 1000)} s`;
}

function judgeSuccess(status: number, waits: boolean, applied: string | string[] | undefined): PushEnding {
  if (!waits) return { kind: 'taken', status };
  if (status === 202) return { kind: 'pending' };
  if (/^wait\b/i.test(String(applied ?? ''))) return { kind: 'taken', status };
  return {
    kind: 'taken',
    status,
    warning: `the server answered ${status} and did not say that it waited for delivery (no Preference-Applied)`,
  };
}

/** The status and the server's own sentence, if there is one. */
function describeAnswer({ status, headers, text }: HttpResult & { kind: 'answered' }): string {
  const isRedirect = status >= 300 && status < 400 && headers.location !== undefined;
  if (isRedirect) return `${status}, a redirect to ${printable(headers.location!)}, which is not followed`;
  return text === '' ? String(status) : `${status}: ${text}`;
}

export interface PushReport {
  readonly code: number;
  /** Undefined if all went well. */
  readonly complaint: string | undefined;
}

/** `act` reads `push to <URL>`. */
export function reportPush(
  ending: FinalEnding,
  act: string,
  { waitSeconds, timeoutMs }: PushOptions,
): PushReport {
  switch (ending.kind) {
    case 'taken':
      return { code: EXIT.fine, complaint: ending.warning && `warning: ${ending.warning}` };
    case 'pending':
      return {
        code: EXIT.pending,
        complaint: `Cannot tell that the ${act} was delivered: expected it within the wait of ${waitSeconds} s, found it taken and still being sent`,
      };
    case 'refused':
      return { code: EXIT.failed, complaint: `Cannot ${act}: expected 200 or 202, found ${ending.found}` };
    case 'unreachable':
      return { code: EXIT.late, complaint: `Cannot ${act}: expected a connection, found ${ending.found}` };
    case 'late':
      return {
        code: EXIT.late,
        complaint: `Cannot ${act}: expected it taken within ${timeoutMs / 1000} s, found ${ending.found} (attempts: ${ending.attempts})`,
      };
  }
}
