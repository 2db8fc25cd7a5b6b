// What an answer to a remote write 2.0 request means beyond its status: the backend says how much it wrote, or shows that it
// does not know 2.0. Used by the message version layer.
import type { AttemptOutcome, Delivered, Rejected } from '../block/send-outcome.ts';

/** A sign that the backend does not know 2.0. */
export interface UnknownVersion {
  readonly reason: 'status_415' | 'unconfirmed';
  /** How the attempt ends if no other version may be tried. */
  readonly outcome: Rejected;
}

export function unknownVersion(outcome: AttemptOutcome): UnknownVersion | undefined {
  if (outcome.kind === 'rejected' && outcome.status === 415)
    return { reason: 'status_415', outcome: { ...outcome, isOurFault: true } };
  // A receiver of 1.0 that does not look at the content type reads an empty message and answers 2xx.
  if (outcome.kind === 'delivered' && outcome.written === undefined) return unconfirmed(outcome);
  return undefined;
}

function unconfirmed({ status }: Delivered): UnknownVersion {
  const detail = `answered ${status} without saying what was written: expected X-Prometheus-Remote-Write-Samples-Written, found none`;
  const reason = 'unconfirmed';
  return {
    reason,
    outcome: { kind: 'rejected', status, reason, detail, remedy: 'none', isOurFault: true },
  };
}

/** `outcome` after the backend's own counts. `sampleCount`: samples and native histograms that were sent. */
export function countedOutcome(outcome: AttemptOutcome, sampleCount: number): AttemptOutcome {
  switch (outcome.kind) {
    case 'delivered':
      return delivered(outcome, sampleCount);
    case 'rejected':
      return rejected(outcome, sampleCount);
    case 'partial':
    case 'retry':
      return outcome;
  }
}

function delivered(outcome: Delivered, sampleCount: number): AttemptOutcome {
  const { status, written } = outcome;
  if (written === undefined || written.isUncertain || written.samples >= sampleCount) return outcome;
  if (isDiscarded(outcome)) return outcome;
  const detail = `answered ${status}`;
  return { ...outcome, kind: 'partial', reason: 'short_write', detail, written: written.samples };
}

/** Mimir and Cortex answer 202 and 0 to a replica that is not the elected one: they discard its samples on purpose. */
function isDiscarded({ status, written }: Delivered): boolean {
  return status === 202 && written?.samples === 0;
}

/**
 * If some of it was written, the rest is refused for good: sending it again would write that part twice. If all of it was,
 * only exemplars were refused.
 */
function rejected(outcome: Rejected, sampleCount: number): AttemptOutcome {
  const { status, reason, detail, written } = outcome;
  if (status < 400 || written === undefined || written.samples === 0) return outcome;
  if (written.samples >= sampleCount) return { kind: 'delivered', status, written };
  return { kind: 'partial', status, reason, detail, written: written.samples };
}

/** Exemplars of a request that the backend took, and did not write. */
export function rejectedExemplars(outcome: AttemptOutcome, exemplarCount: number): number {
  if (outcome.kind !== 'delivered' && outcome.kind !== 'rejected') return 0;
  const { status, written } = outcome;
  if (written?.exemplars === undefined || (status === 202 && written.samples === 0)) return 0;
  return Math.max(0, exemplarCount - written.exemplars);
}
