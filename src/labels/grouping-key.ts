// The grouping key of a push: the labels of its path. Made once per distinct path and reused.
import { type FixedLabels, fixLabels, type LayoutNumbers } from './fixed-labels.ts';

export interface GroupingKey {
  readonly job: string;
  /** Equal for equal label sets, however the path spelled them. */
  readonly canonical: string;
  /** Unsigned 32-bit hash of `canonical`: all pushes of a key share a lane. */
  readonly hash: number;
  readonly fixedLabels: FixedLabels;
}

/** `labels` are the path's, `job` among them, each name once. */
export function makeGroupingKey(
  labels: ReadonlyMap<string, string>,
  defaults: Readonly<Record<string, string>>,
  layouts: LayoutNumbers,
): GroupingKey {
  const present = [...labels].filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = JSON.stringify(present);
  const fixedLabels = fixLabels(labels, defaults, layouts);
  // A copy: a slice of a path would keep the whole request target in memory as long as a queue holds it.
  const job = Buffer.from(labels.get('job') ?? '').toString();
  return { job, canonical, hash: fnv1a(canonical), fixedLabels };
}

/** FNV-1a over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/), then mixed so that the low bits are usable. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
