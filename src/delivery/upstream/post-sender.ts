// The bottom layer of sending: one POST to the backend, without retries. It turns the answer, or the error of the connection,
// into the outcome of an attempt. The status decides, never the text of the body.
import type { BackendConfig } from '../../config/config.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { AttemptOutcome, Rejected, Remedy, Sender, WrittenCounts } from '../block/send-outcome.ts';
import { parseRetryAfter, printable } from '../http/answer-text.ts';
import type { ConnectionPool } from '../http/connection-pool.ts';
import type { HttpAnswer } from '../http/http-request.ts';
import { transportFailure } from '../http/transport-reason.ts';

export interface PostDeps {
  readonly pool: ConnectionPool;
  /** Path and query of the backend's URL. */
  readonly path: string;
  readonly clock: Clock;
}

export class PostSender implements Sender {
  readonly #backend: Pick<BackendConfig, 'remoteTimeout' | 'queueConfig'>;
  readonly #deps: PostDeps;

  constructor(backend: Pick<BackendConfig, 'remoteTimeout' | 'queueConfig'>, deps: PostDeps) {
    this.#backend = backend;
    this.#deps = deps;
  }

  async send({ headers, body }: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    const { pool, path, clock } = this.#deps;
    const { remoteTimeout: timeoutMs, queueConfig } = this.#backend;
    let answer: HttpAnswer;
    try {
      answer = await pool.request({ path, headers, body }, { timeoutMs, signal, clock });
    } catch (error) {
      return { kind: 'retry', ...transportFailure(error) };
    }
    return outcomeOf(answer, queueConfig, clock.nowMs());
  }
}

export interface AnswerRules {
  readonly retryOnNotFound: boolean;
}

const REMEDIES: Readonly<Record<number, Remedy>> = {
  400: 'separate',
  409: 'separate',
  413: 'shrink',
  422: 'separate',
};

/** The backend does not let us in, or does not know the path of its URL; or a proxy does not let us in. */
const OUR_FAULTS: readonly number[] = [401, 403, 404, 407];

export function outcomeOf(answer: HttpAnswer, rules: AnswerRules, nowMs: number): AttemptOutcome {
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300)
    return { kind: 'delivered', status, written: readWrittenCounts(headers) };
  if (status >= 300 && status < 400) return redirected(answer);
  // Only a proxy answers 407 (RFC 9110, section 15.5.8).
  const reason = status === 407 ? 'proxy_407' : `status_${status}`;
  const detail = printable(new TextDecoder().decode(body).trimEnd());
  const isOurFault = OUR_FAULTS.includes(status);
  const failure = { status, reason, detail, ...(isOurFault ? { isOurFault } : {}) };
  const refusesAccess = isOurFault && (status !== 404 || rules.retryOnNotFound);
  const mayPass = status === 429 || (status >= 500 && status < 600);
  if (!mayPass && !refusesAccess)
    return {
      kind: 'rejected',
      ...failure,
      remedy: REMEDIES[status] ?? 'none',
      written: readWrittenCounts(headers),
    };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return {
    kind: 'retry',
    ...failure,
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(refusesAccess ? { refusesAccess } : {}),
  };
}

function redirected({ status, headers: { location } }: HttpAnswer): Rejected {
  const target = typeof location === 'string' ? printable(location) : 'no Location';
  const detail = `${status} to ${target}`;
  return { kind: 'rejected', status, reason: 'redirect', detail, remedy: 'none', isOurFault: true };
}

const WRITTEN_HEADERS = ['samples', 'histograms', 'exemplars'].map(
  (kind) => `x-prometheus-remote-write-${kind}-written`,
);
/** No request holds more: a longer number is a defect, not a count. */
const COUNT = /^\d{1,9}$/;

function readWrittenCounts(headers: HttpAnswer['headers']): WrittenCounts | undefined {
  const found = WRITTEN_HEADERS.map((name) => headers[name]);
  if (found.every((header) => header === undefined)) return undefined;
  const [samples, histograms, exemplars] = found.map(readCount);
  return {
    samples: (samples ?? 0) + (histograms ?? 0),
    isUncertain: samples === undefined || histograms === undefined,
    exemplars,
  };
}

/** 0 for a missing header, undefined for a malformed one. */
function readCount(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return 0;
  const text = typeof header === 'string' ? header.trim() : '';
  return COUNT.test(text) ? Number(text) : undefined;
}
