// The bottom layer of sending: one POST to the backend, without retries. It turns the answer, or the error of the connection,
// into the outcome of an attempt. The status decides, never the text of the body.
import type { BackendConfig } from '../../config/config.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { AttemptOutcome, Remedy, Sender, WrittenCounts } from '../block/send-outcome.ts';
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

export function outcomeOf(
  { status, headers, body }: HttpAnswer,
  { retryOnNotFound }: AnswerRules,
  nowMs: number,
): AttemptOutcome {
  const written = readWrittenCounts(headers);
  if (status >= 200 && status < 300) return { kind: 'delivered', status, written };
  if (status >= 300 && status < 400) {
    const detail = describeRedirect(status, headers.location);
    return { kind: 'rejected', status, reason: 'redirect', detail, remedy: 'none', isOurFault: true };
  }
  // Only a proxy answers 407 (RFC 9110, section 15.5.8).
  const reason = status === 407 ? 'proxy_407' : `status_${status}`;
  const detail = printable(new TextDecoder().decode(body).trimEnd());
  const isOurFault = OUR_FAULTS.includes(status);
  const refusesAccess = isOurFault && (status !== 404 || retryOnNotFound);
  const fault = isOurFault ? { isOurFault } : {};
  if (status !== 429 && !refusesAccess && (status < 500 || status > 599))
    return {
      kind: 'rejected',
      status,
      reason,
      detail,
      remedy: REMEDIES[status] ?? 'none',
      written,
      ...fault,
    };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  return {
    kind: 'retry',
    status,
    reason,
    detail,
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(refusesAccess ? { refusesAccess } : {}),
    ...fault,
  };
}

function describeRedirect(status: number, location: string | string[] | undefined): string {
  const target = typeof location === 'string' ? printable(location) : 'no Location';
  return `${status} to ${target}`;
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
