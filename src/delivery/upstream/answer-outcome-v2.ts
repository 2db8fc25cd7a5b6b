// Turns an answer to a remote write 2.0 request into the outcome of an attempt: as for 1.0, but the backend says how much
// it wrote, and may show that it does not know this version.
import type { AttemptOutcome } from '../block/send-outcome.ts';
import type { Answer } from '../http/attempt.ts';
import { type AnswerRules, answerOutcome } from './answer-outcome.ts';
import { readWrittenCounts, type WrittenCounts } from './written-counts.ts';

/** The request was one of this version, and `outcome` is how it ended where no other version may be tried. */
export interface NotUnderstood {
  readonly kind: 'notUnderstood';
  readonly reason: 'status_415' | 'unconfirmed';
  readonly outcome: AttemptOutcome;
}

export interface SentV2 {
  /** Samples and native histograms. */
  readonly sampleCount: number;
}

export function answerOutcomeV2(
  answer: Answer,
  sent: SentV2,
  rules: AnswerRules,
  nowMs: number,
): AttemptOutcome | NotUnderstood {
  const outcome = answerOutcome(answer, rules, nowMs);
  const written = readWrittenCounts(answer.headers);
  switch (outcome.kind) {
    case 'delivered':
      return written.isTold ? confirmed(outcome, written, sent) : unconfirmed(outcome);
    case 'rejected':
      if (outcome.status === 415)
        return { kind: 'notUnderstood', reason: 'status_415', outcome: { ...outcome, isOurFault: true } };
      return inPart(outcome, written, sent);
    case 'partial':
    case 'retry':
      return outcome;
  }
}

/** A receiver of 1.0 that does not look at the content type reads an empty message and is content. */
function unconfirmed({ status }: Extract<AttemptOutcome, { kind: 'delivered' }>): NotUnderstood {
  const detail = `answered ${status} without saying what was written: expected X-Prometheus-Remote-Write-Samples-Written, found none`;
  const reason = 'unconfirmed';
  const outcome: AttemptOutcome = {
    kind: 'rejected',
    status,
    reason,
    detail,
    remedy: 'none',
    isOurFault: true,
  };
  return { kind: 'notUnderstood', reason, outcome };
}

function confirmed(
  outcome: Extract<AttemptOutcome, { kind: 'delivered' }>,
  written: WrittenCounts,
  { sampleCount }: SentV2,
): AttemptOutcome {
  const { status } = outcome;
  if (written.isUncertain || written.samples >= sampleCount) return outcome;
  // Mimir and Cortex, of a replica that is not the elected one: discarded on purpose.
  if (status === 202 && written.samples === 0) return outcome;
  return {
    kind: 'partial',
    status,
    reason: 'short_write',
    detail: `answered ${status}`,
    written: written.samples,
  };
}

/**
 * Where some of it was written, what was not is refused for good: sending it again would write the rest twice. Where all
 * of it was, the refusal is one of exemplars.
 */
function inPart(
  outcome: Extract<AttemptOutcome, { kind: 'rejected' }>,
  { samples }: WrittenCounts,
  { sampleCount }: SentV2,
): AttemptOutcome {
  const { status, reason, detail } = outcome;
  if (status < 400 || samples === 0) return outcome;
  if (samples >= sampleCount) return { kind: 'delivered', status };
  return { kind: 'partial', status, reason, detail, written: samples };
}
