// A mapping whose keys are all known. Any other key is a problem, with a hint: not supported yet, misspelt, or out of place.
import * as z from 'zod';

/**
 * `z.strictObject` with our sentences. One issue of zod names all unknown keys, so its message has one line for each,
 * in the order of `issue.keys`.
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => describeUnknownKey(key, known)).join('\n')
        : undefined,
  });
}

/** Keys of the design that this version cannot honour; saying "unknown" would send the reader looking for a typo. */
const NOT_SUPPORTED = new Set(['azureAd']);

export function describeUnknownKey(key: string, known: readonly string[], kind = 'key'): string {
  if (NOT_SUPPORTED.has(key)) return 'not supported by this version of Sluice';
  const nearest = nearestKey(key, known);
  return nearest === undefined
    ? `unknown ${kind}, expected one of ${known.join(', ')}`
    : `unknown ${kind}, did you mean "${nearest}"?`;
}

/** The known key that needs the fewest edits, if they are few enough for a slip. */
function nearestKey(key: string, known: readonly string[]): string | undefined {
  const wanted = simplify(key);
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, simplify(candidate)) }))
    .filter(({ candidate, distance }) => distance <= maxEdits(candidate))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** A swap of two letters is two edits; in a short word that would be another word. */
function maxEdits(candidate: string): number {
  return candidate.length < 4 ? 1 : Math.max(2, candidate.length / 3);
}

/** `remote_timeout`, as Prometheus writes it, is as good as `remoteTimeout`. */
function simplify(key: string): string {
  return key.slice(0, 64).toLowerCase().replaceAll(/[_-]/g, '');
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
