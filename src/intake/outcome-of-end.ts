// What a pusher that waited is told of the end of its push.
import type { PushEnd } from '../delivery/block/offered-push.ts';
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
        detail: `Cannot deliver push: ${end.isOurFault ? NOT_LET_IN : ''}it was given up: ${end.detail}`,
        isOurFault: end.isOurFault,
        isStopping: end.reason === 'shutdown',
        ...taken,
      };
  }
}

const NOT_LET_IN = 'a backend does not let Sluice in (credentials, TLS or address), and ';

/** With the backend's own words. Backends may be sent different samples, so `sampleCount` is the most of them. */
function refusalOf({ backend, reason, detail, samples, isOurFault }: Refused, sampleCount: number): string {
  const which =
    samples < sampleCount
      ? `${samples} of its ${sampleCount} samples and took the others`
      : 'all its samples';
  const why = isOurFault ? ', for the credentials, TLS or address that Sluice has for it' : '';
  const words = detail === '' ? '' : `: ${detail}`;
  return `Cannot deliver push: backend ${backend} refused ${which}${why} (${reason})${words}`;
}
