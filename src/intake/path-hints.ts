// What an answer tells whoever missed the push path: where pushes go, and what the path at hand most likely got wrong.
import { quote } from './quote.ts';

const MAX_SHOWN = 120;

export interface PushPlace {
  /** Whether pushes are taken. */
  readonly enabled: boolean;
  readonly pathPrefixes: readonly string[];
}

/** Where pushes go. */
export function whereToPush({ enabled, pathPrefixes }: PushPlace): string {
  if (!enabled) return 'pushes are switched off (push.pushgateway.enabled)';
  return `pushes go to ${pathPrefixes[0] ?? ''}/metrics/job/<job>{/<label>/<value>}`;
}

/** One line for a path that is not served. */
export function hintFor(path: string, place: PushPlace): string {
  return `Cannot find ${quote(path, MAX_SHOWN)}: ${problemOf(path, place)}${whereToPush(place)}`;
}

function problemOf(path: string, { enabled, pathPrefixes }: PushPlace): string {
  const prefix = pathPrefixes[0] ?? '';
  if (!enabled) return '';
  if (path.includes('/metrics/metrics/')) {
    return '"metrics" stands twice, the base URL must not end in it; ';
  }
  if (path.startsWith(`${prefix}/job/`) || path.startsWith(`${prefix}/job@base64/`)) {
    return '"metrics" is missing; ';
  }
  if (path.endsWith('/metrics/job') || path.endsWith('/metrics/job@base64')) return 'the job is missing; ';
  if (prefix !== '' && path.startsWith('/metrics/job'))
    return `the path prefix ${quote(prefix)} is missing; `;
  return '';
}
