// A backend that refuses every request with certain series in it, as Prometheus does: nothing of it is kept.
import type { DecodedSeries } from './decode-write-request.ts';
import type { Step } from './scripted-receiver.ts';

/** Whether a series, written `name/i` with its label `i`, is one that the backend refuses. */
export type IsBad = (series: string) => boolean;

/** `name/i`: the name of a series and its label `i`, if it has one. */
export function shortName({ labels }: DecodedSeries): string {
  const { __name__: name, i } = Object.fromEntries(labels);
  return i === undefined ? `${name}` : `${name}/${i}`;
}

export function refusing(isBad: IsBad, status = 400): Step {
  const refusal = { status, body: 'bad sample' };
  return { rule: ({ series }) => (series.some((each) => isBad(shortName(each))) ? refusal : {}) };
}

/** As `step`, but some requests are not even looked at: those for which `fails`, called with their number from 1, gives a step. */
export function failing(step: Step, fails: (request: number) => Step | undefined): Step {
  let requests = 0;
  const rule: Step['rule'] = (...request) => fails(++requests) ?? step.rule?.(...request);
  return { rule };
}
