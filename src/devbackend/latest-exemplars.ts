// The exemplars of one series that came last. What repeats one, or is behind the newest, is left out in silence, as
// Prometheus does: an exemplar says something about a sample and never decides over one.
import type { DecodedExemplar } from './write-request-codec.ts';

const MAX_EXEMPLARS = 10;
const BYTES_OF_EXEMPLAR = 100;
const BYTES_OF_LABEL = 60;

/** `kept`, oldest first, with `more` behind it as far as there is room. */
export function keepExemplars(
  kept: readonly DecodedExemplar[],
  more: readonly DecodedExemplar[],
): readonly DecodedExemplar[] {
  if (more.length === 0) return kept;
  const all = [...kept];
  for (const exemplar of more) {
    const isBehind = exemplar.timestampMs < (all.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY);
    if (!isBehind && !all.some((one) => isSameExemplar(one, exemplar))) all.push(exemplar);
  }
  return all.slice(-MAX_EXEMPLARS);
}

/** About; the text of labels is bounded by the check of a request. */
export function estimateExemplarBytes({ labels }: DecodedExemplar): number {
  return labels.reduce(
    (bytes, { name, value }) => bytes + BYTES_OF_LABEL + 2 * (name.length + value.length),
    BYTES_OF_EXEMPLAR,
  );
}

function isSameExemplar(a: DecodedExemplar, b: DecodedExemplar): boolean {
  return (
    a.timestampMs === b.timestampMs &&
    Object.is(a.value, b.value) &&
    a.labels.length === b.labels.length &&
    a.labels.every(({ name, value }, i) => name === b.labels[i]?.name && value === b.labels[i].value)
  );
}
