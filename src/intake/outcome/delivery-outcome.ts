// Translates what delivery says of a push into its outcome: the answer to an offer that was not accepted, and the end of a
// push that waited. This is the only such translation between delivery and the HTTP status.
import type { OfferResult, PushEnd } from '../../delivery/block/offered-push.ts';
import type { PushOutcome, Taken } from './push-outcome.ts';

const QUEUE_FULL: PushOutcome = {
  kind: 'overloaded',
  detail: 'Cannot take push: the queue of a backend is full, because the backend does not keep up or is away',
};
const QUEUE_TOO_SMALL: PushOutcome = {
  kind: 'tooLarge',
  detail:
    'Cannot take push: expected one that fits an empty queue (queueConfig.maxQueueSize), found a larger one',
};
const SPOOL_TOO_SMALL: PushOutcome = {
  kind: 'tooLarge',
  detail: 'Cannot take push: expected one that fits an empty spool (spool.maxSize), found a larger one',
};
const SPOOL_FULL: PushOutcome = {
  kind: 'spoolFull',
  detail:
    'Cannot store push: the spool is full (spool.maxSize), because a backend does not keep up or is away',
};
const SPOOL_UNUSABLE: PushOutcome = {
  kind: 'notStored',
  detail: 'Cannot store push: the spool cannot be used now; GET /-/ready says why',
};
const STOPPING: PushOutcome = { kind: 'stopping', detail: 'Cannot take push: Sluice is stopping' };

/** The outcome of a push that delivery did not take. */
export function outcomeOfOffer(result: Exclude<OfferResult, 'accepted'>): PushOutcome {
  switch (result) {
    case 'full':
      return QUEUE_FULL;
    case 'tooLarge':
      return QUEUE_TOO_SMALL;
    case 'spoolFull':
      return SPOOL_FULL;
    case 'spoolTooSmall':
      return SPOOL_TOO_SMALL;
    case 'spoolUnusable':
      return SPOOL_UNUSABLE;
    case 'stopping':
      return STOPPING;
  }
}

/** The outcome of a push that was taken and waited for `level`. */
export function outcomeOfEnd(end: PushEnd, level: 'stored' | 'delivered', taken: Taken): PushOutcome {
  switch (end.kind) {
    case 'reached':
      return { kind: level === 'delivered' ? 'delivered' : 'accepted', ...taken };
    case 'notStored': {
      const detail = `Cannot store push: the spool failed: ${end.detail}`;
      return { kind: 'notStored', detail, applied: taken.applied };
    }
    case 'refused': {
      const kind = end.isOurFault ? 'backendAccess' : 'refused';
      return { kind, detail: refusalText(end, taken.sampleCount), ...taken };
    }
    case 'givenUp': {
      const access = end.isOurFault
        ? 'a backend does not let Sluice in (credentials, TLS or address), and '
        : '';
      const detail = `Cannot deliver push: ${access}it was given up: ${end.detail}`;
      return { kind: givenUpKind(end), detail, ...taken };
    }
  }
}

/** A stop comes first: a client that tries again reaches the replacement. */
function givenUpKind({ reason, isOurFault }: PushEnd & { readonly kind: 'givenUp' }) {
  if (reason === 'shutdown') return 'stopping';
  return isOurFault ? 'backendAccess' : 'givenUp';
}

/** With the backend's own words. Backends may be sent different samples, so `sampleCount` is the most of them. */
function refusalText(end: PushEnd & { readonly kind: 'refused' }, sampleCount: number): string {
  const { backend, reason, detail, samples, isOurFault } = end;
  const which =
    samples < sampleCount
      ? `${samples} of its ${sampleCount} samples and took the others`
      : 'all its samples';
  const why = isOurFault ? ', because of the credentials, TLS or address that Sluice has for it' : '';
  const words = detail === '' ? '' : `: ${detail}`;
  return `Cannot deliver push: backend ${backend} refused ${which}${why} (${reason})${words}`;
}
