// Turns an answer of the backend into the outcome of an attempt. The status decides, never the text of the body.

import type { Authenticated } from '../auth/backend-auth.ts';
import type { AttemptOutcome, Remedy } from '../block/send-outcome.ts';
import type { Answer, AttemptEnd } from '../http/attempt.ts';
import { printable } from '../http/printable.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { transportFailure } from '../http/transport-reason.ts';

const REMEDIES: Readonly<Record<number, Remedy>> = {
  400: 'separate',
  409: 'separate',
  413: 'shrink',
  422: 'separate',
};

/** The backend does not let us in, or does not know the path of its URL; or a proxy does not let us in. */
const OUR_FAULTS: readonly number[] = [401, 403, 404, 407];

export interface AnswerRules {
  readonly retryOnNotFound: boolean;
}

/** How a POST ended, which is not made at all where no credentials are to be had. */
export type PostEnd = AttemptEnd | Extract<Authenticated, { kind: 'unavailable' }>;

/** The outcome of an attempt to send remote write 1.0. */
export function endOutcome(end: PostEnd, rules: AnswerRules, nowMs: number): AttemptOutcome {
  switch (end.kind) {
    case 'answered':
      return answerOutcome(end, rules, nowMs);
    case 'failed':
      return { kind: 'retry', ...transportFailure(end.error) };
    case 'unavailable':
      return end.outcome;
  }
}

export function answerOutcome(
  answer: Answer,
  { retryOnNotFound }: AnswerRules,
  nowMs: number,
): AttemptOutcome {
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 300 && status < 400) {
    const detail = describeRedirect(status, headers.location);
    return { kind: 'rejected', status, reason: 'redirect', detail, remedy: 'none', isOurFault: true };
  }
  // Only a proxy answers 407 (RFC 9110, section 15.5.8).
  const reason = status === 407 ? 'proxy_407' : `status_${status}`;
  const detail = printable(new TextDecoder().decode(body).trimEnd());
  const isOurFault = OUR_FAULTS.includes(status);
  const refusesAccess = isOurFault && (status !== 404 || retryOnNotFound);
  const fault = isOurFault ? { isOurFault } : {};
  if (status !== 429 && !refusesAccess && (status < 500 || status > 599))
    return { kind: 'rejected', status, reason, detail, remedy: REMEDIES[status] ?? 'none', ...fault };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return {
    kind: 'retry',
    status,
    reason,
    detail,
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(refusesAccess ? { refusesAccess } : {}),
    ...fault,
  };
}

function describeRedirect(status: number, location: string | string[] | undefined): string {
  const target = typeof location === 'string' ? printable(location) : 'no Location';
  return `${status} to ${target}`;
}
