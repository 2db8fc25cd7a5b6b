// What an answer to a remote write 2.0 request says was written
// (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#required-written-response-headers).
import type { Answer } from '../http/attempt.ts';

export interface WrittenCounts {
  /** Whether any of the headers is there: only a receiver of 2.0 sends them. */
  readonly isTold: boolean;
  /** Samples and native histograms together; what is not told is none. */
  readonly samples: number;
  /** Whether one of the two is there and cannot be used, so that `samples` may be too few. */
  readonly isUncertain: boolean;
  /** Undefined where the header cannot be used. */
  readonly exemplars: number | undefined;
}

const PREFIX = 'x-prometheus-remote-write-';
/** More than any request holds: a longer number is a defect, not a count. */
const COUNT = /^\d{1,9}$/;

export function readWrittenCounts(headers: Answer['headers']): WrittenCounts {
  const [samples, histograms, exemplars] = ['samples', 'histograms', 'exemplars'].map(
    (kind) => headers[`${PREFIX}${kind}-written`],
  );
  return {
    isTold: samples !== undefined || histograms !== undefined || exemplars !== undefined,
    samples: (readCount(samples) ?? 0) + (readCount(histograms) ?? 0),
    isUncertain: readCount(samples) === undefined || readCount(histograms) === undefined,
    exemplars: readCount(exemplars),
  };
}

/** 0 for a header that is not there, undefined for one that cannot be used. */
function readCount(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return 0;
  const text = typeof header === 'string' ? header.trim() : '';
  return COUNT.test(text) ? Number(text) : undefined;
}
