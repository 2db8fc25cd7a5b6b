// What a pusher that waited is told of the end of its push.
import type { PushEnd } from '../delivery/offered-push.ts';
import type { PushOutcome, Taken } from './push-outcome.ts';

type Refused = PushEnd & { readonly kind: 'refused' };

export function outcomeOfEnd(end: PushEnd, level: 'stored' | 'delivered', taken: Taken): PushOutcome {
  switch (end.kind) {
    case 'reached':
      return { kind: level === 'delivered' ? 'delivered' : 'accepted', ...taken };
    case 'notStored':
      return {
        kind: 'notStored',
        detail: `Cannot store push: the spool failed: ${end.detail}`,
        applied: taken.applied,
      };
    case 'refused':
      return {
        kind: 'refusedUpstream',
        detail: refusalOf(end, taken.sampleCount),
        isOurFault: end.isOurFault,
        ...taken,
      };
    case 'givenUp':
      return {
        kind: 'givenUp',
        detail: `Cannot deliver push: ${whyGivenUp(end.reason)}: ${end.detail}`,
        isOurFault: end.isOurFault,
        isStopping: end.reason === 'shutdown',
        ...taken,
      };
  }
}

function refusalOf({ backend, reason, detail, samples, isOurFault }: Refused, sampleCount: number): string {
  const which = samples < sampleCount ? `${samples} of its ${sampleCount} samples` : 'all of its samples';
  const words = detail === '' ? '' : `: ${detail}`;
  return isOurFault
    ? `Cannot deliver push: credentials, TLS or address of Sluice for backend ${backend} are wrong, so it refused ${which} (${reason})${words}`
    : `Cannot deliver push: backend ${backend} refused ${which} for good (${reason})${words}`;
}

function whyGivenUp(reason: 'too_old' | 'shutdown'): string {
  return reason === 'shutdown'
    ? 'Sluice stopped before a backend took it'
    : 'no backend took it in time (queueConfig.sampleAgeLimit)';
}
