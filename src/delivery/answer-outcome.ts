// Turns an answer of the backend into the outcome of an attempt. The status decides, never the text of the body.
import type { SendOutcome } from '../remotewrite/send-outcome.ts';
import type { Answer } from './attempt.ts';
import { printable } from './printable.ts';
import { parseRetryAfter } from './retry-after.ts';

export function answerOutcome({ status, headers, body }: Answer, nowMs: number): SendOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 300 && status < 400) {
    return {
      kind: 'rejected',
      status,
      reason: 'redirect',
      detail: describeRedirect(status, headers.location),
    };
  }
  const reason = `status_${status}`;
  const detail = printable(new TextDecoder().decode(body).trimEnd());
  if (status !== 429 && (status < 500 || status > 599)) return { kind: 'rejected', status, reason, detail };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return { kind: 'retry', status, reason, detail, ...(afterMs === undefined ? {} : { afterMs }) };
}

function describeRedirect(status: number, location: string | string[] | undefined): string {
  const target = typeof location === 'string' ? printable(location) : 'no Location';
  return `${status} to ${target}`;
}
