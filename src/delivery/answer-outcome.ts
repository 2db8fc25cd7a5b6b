// Turns an answer of the backend into the outcome of an attempt. The status decides, never the text of the body.
import type { Remedy, SendOutcome } from '../remotewrite/send-outcome.ts';
import type { Answer } from './attempt.ts';
import { printable } from './printable.ts';
import { parseRetryAfter } from './retry-after.ts';

const REMEDIES: Readonly<Record<number, Remedy>> = {
  400: 'separate',
  409: 'separate',
  413: 'shrink',
  422: 'separate',
};

export interface AnswerRules {
  readonly retryOnNotFound: boolean;
}

export function answerOutcome(answer: Answer, { retryOnNotFound }: AnswerRules, nowMs: number): SendOutcome {
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 300 && status < 400) {
    const detail = describeRedirect(status, headers.location);
    return { kind: 'rejected', status, reason: 'redirect', detail, remedy: 'none' };
  }
  const reason = `status_${status}`;
  const detail = printable(new TextDecoder().decode(body).trimEnd());
  const refusesAccess = status === 401 || status === 403 || (status === 404 && retryOnNotFound);
  if (status !== 429 && !refusesAccess && (status < 500 || status > 599))
    return { kind: 'rejected', status, reason, detail, remedy: REMEDIES[status] ?? 'none' };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return {
    kind: 'retry',
    status,
    reason,
    detail,
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(refusesAccess ? { refusesAccess } : {}),
  };
}

function describeRedirect(status: number, location: string | string[] | undefined): string {
  const target = typeof location === 'string' ? printable(location) : 'no Location';
  return `${status} to ${target}`;
}
