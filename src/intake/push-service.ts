// From a complete push to its outcome: decode, transcode, offer. Transcoding and offering are one step without a pause,
// so pushes of a grouping key are queued in the order of their timestamps.
import type { PushgatewayConfig } from '../config/config.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { ExpositionError } from '../exposition/exposition-error.ts';
import { type ContentEncoding, readContentEncoding } from '../transcode/content-encoding.ts';
import {
  COUNTING_BYTES,
  countDecoded,
  DecodedSizeError,
  decodeCounted,
  GzipError,
  gunzipSmall,
} from '../transcode/gunzip.ts';
import { SeriesTooLargeError, type Transcoder } from '../transcode/transcoder.ts';
import { OutputLimitError } from '../wire/output-buffer.ts';
import { CollisionError } from '../wire/probe-budget.ts';
import type { BudgetShare } from './memory-budget.ts';
import { type PushOutcome, REFUSED_CONNECTION, TOO_MUCH_AT_ONCE } from './push-outcome.ts';
import type { PushRequest } from './push-request.ts';
import { quote } from './quote.ts';
import type { ReceiptClock } from './receipt-clock.ts';
import type { Turns } from './turns.ts';

export interface PushServiceDeps {
  readonly config: Pick<PushgatewayConfig, 'contentEncodings' | 'maxDecodedSize'>;
  readonly transcoder: Transcoder;
  readonly delivery: Pick<Delivery, 'offer'>;
  readonly receiptClock: ReceiptClock;
  readonly turns: Turns;
}

const STOPPING: PushOutcome = {
  kind: 'overloaded',
  detail: 'Cannot take push: Sluice is stopping',
  isStopping: true,
};
const QUEUE_FULL: PushOutcome = {
  kind: 'overloaded',
  detail: 'Cannot take push: the queue of a backend is full, since the backend does not keep up or is away',
  isStopping: false,
};
const QUEUE_TOO_SMALL: PushOutcome = {
  kind: 'tooLarge',
  detail:
    'Cannot take push: expected one that fits an empty queue (queueConfig.maxQueueSize), found a larger one',
};
const DELIMITED_PROTOBUF = /^\s*application\/vnd\.google\.protobuf\s*(?:;|$)/i;

export class PushService {
  readonly #deps: PushServiceDeps;
  readonly #acceptEncoding: string;

  constructor(deps: PushServiceDeps) {
    this.#deps = deps;
    this.#acceptEncoding = ['identity', ...deps.config.contentEncodings].slice(-1)[0]!;
  }

  /** A reason not to read the body at all. */
  refuse(contentType: string | undefined, contentEncoding: string | undefined): PushOutcome | undefined {
    if (contentType !== undefined && DELIMITED_PROTOBUF.test(contentType)) {
      const detail = `Cannot take push: expected the text format, found ${quote(contentType)}`;
      return { kind: 'unsupported', detail, headers: { accept: 'text/plain; version=0.0.4' } };
    }
    const encoding = readContentEncoding(contentEncoding);
    if (encoding === 'identity' || (encoding !== undefined && this.#isEnabled(encoding))) return undefined;
    const detail = `Cannot take push: expected content encoding ${this.#acceptEncoding}, found ${quote(contentEncoding ?? '')}`;
    return { kind: 'unsupported', detail, headers: { 'accept-encoding': this.#acceptEncoding } };
  }

  /**
   * Takes a push that `refuse` let through; at once unless it is a large compressed one, which is dropped where
   * `isRefused` says that its connection has been refused meanwhile. Never throws for its content.
   */
  accept(
    push: PushRequest,
    share: BudgetShare,
    isRefused: () => boolean,
  ): PushOutcome | Promise<PushOutcome> {
    if (readContentEncoding(push.contentEncoding) === 'identity')
      return this.#forward(push, push.chunks, push.length);
    const { maxDecodedSize } = this.#deps.config;
    const body = push.chunks.length === 1 ? push.chunks[0]! : Buffer.concat(push.chunks);
    try {
      const decoded = gunzipSmall(body, maxDecodedSize);
      if (decoded) return this.#forward(push, [decoded], decoded.length);
    } catch (error) {
      return outcomeOf(error);
    }
    return this.#acceptLarge(push, body, share, isRefused);
  }

  /** Asks for the memory that decoding takes only when it is known how much that is. */
  async #acceptLarge(
    push: PushRequest,
    body: Buffer,
    share: BudgetShare,
    isRefused: () => boolean,
  ): Promise<PushOutcome> {
    try {
      const encodedBytes = push.chunks.length === 1 ? push.length : 2 * push.length;
      if (!share.hold(encodedBytes + COUNTING_BYTES)) return TOO_MUCH_AT_ONCE;
      const decodedBytes = await countDecoded(body, this.#deps.config.maxDecodedSize);
      if (!share.hold(encodedBytes + decodedBytes)) return TOO_MUCH_AT_ONCE;
      const decoded = await decodeCounted(body, decodedBytes);
      await new Promise<void>((resolve) => this.#deps.turns.run(decoded.length, resolve));
      return isRefused() ? REFUSED_CONNECTION : this.#forward(push, [decoded], decoded.length);
    } catch (error) {
      return outcomeOf(error);
    }
  }

  #isEnabled(encoding: ContentEncoding): boolean {
    return this.#deps.config.contentEncodings.some((enabled) => enabled === encoding);
  }

  #forward({ groupingKey }: PushRequest, chunks: readonly Buffer[], length: number): PushOutcome {
    const { transcoder, delivery, receiptClock } = this.#deps;
    try {
      const receivedAtMs = receiptClock.stamp(groupingKey.canonical);
      const encoded = transcoder.transcode(chunks, length, groupingKey.fixedLabels, receivedAtMs);
      const { sampleCount } = encoded;
      if (sampleCount === 0) return { kind: 'accepted', sampleCount };
      const result = delivery.offer({
        encoded,
        shardHash: groupingKey.hash,
        job: groupingKey.job,
        receivedAtMs,
      });
      switch (result) {
        case 'accepted':
          transcoder.confirm(receivedAtMs);
          return { kind: 'accepted', sampleCount };
        case 'full':
          return QUEUE_FULL;
        case 'tooLarge':
          return QUEUE_TOO_SMALL;
        case 'stopping':
          return STOPPING;
      }
    } catch (error) {
      return outcomeOf(error);
    }
  }
}

/** The one place that knows how malformed and oversized pushes are thrown. */
function outcomeOf(error: unknown): PushOutcome {
  if (error instanceof ExpositionError || error instanceof GzipError || error instanceof CollisionError) {
    return { kind: 'malformed', detail: error.message };
  }
  if (
    error instanceof DecodedSizeError ||
    error instanceof SeriesTooLargeError ||
    error instanceof OutputLimitError
  ) {
    return { kind: 'tooLarge', detail: error.message };
  }
  throw error;
}
