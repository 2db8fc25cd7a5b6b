// What an answer tells whoever missed the push path: what the path at hand most likely got wrong, and where pushes go,
// with what can be kept of the path.
import { findMistake } from './mistaken-path.ts';
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
  return `Cannot find ${quote(path, MAX_SHOWN)}: ${adviceOn(path, place).join('; ')}`;
}

function adviceOn(path: string, place: PushPlace): string[] {
  if (!place.enabled) return [whereToPush(place)];
  const { problems, meant } = findMistake(path, place.pathPrefixes);
  return [...problems, isShowable(meant) ? `pushes go to ${meant}` : whereToPush(place)];
}

/** A path is shown to be copied: whole, and nothing in it but what a path is written with. */
function isShowable(path: string | undefined): path is string {
  return path !== undefined && path.length <= MAX_SHOWN && /^[!-~]*$/.test(path);
}
