// From a complete push to its outcome: decode, transcode, offer to delivery. Transcoding and offering are one step without
// a pause, so the pushes of a grouping key are queued in the order of their timestamps.
import type { PushgatewayConfig } from '../../config/config.ts';
import { type ContentEncoding, decodeBody, readContentEncoding } from '../../decompress/decode-body.ts';
import type { PushWaiter } from '../../delivery/block/offered-push.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import type { GroupingKey } from '../../labels/grouping-key.ts';
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { PushMethod, StaleSeries } from '../../staleness/stale-series.ts';
import { type BodyFormat, formatOf } from '../../transcode/body-format.ts';
import type { Transcoder } from '../../transcode/transcoder.ts';
import { quote } from '../../wire/quoted-text.ts';
import { outcomeOfBodyError } from '../outcome/body-outcome.ts';
import { outcomeOfOffer } from '../outcome/delivery-outcome.ts';
import type { PushOutcome } from '../outcome/push-outcome.ts';
import type { Acknowledgements } from '../waiting/acknowledgement.ts';
import type { WaitingPush } from '../waiting/waiting-push.ts';
import type { WaitingPushes } from '../waiting/waiting-pushes.ts';
import type { LargePushQueue } from './large-push-queue.ts';
import type { BudgetShare } from './memory-budget.ts';
import type { ReceiptClock } from './receipt-clock.ts';

/** A push as a plain value, without its socket and stream. */
export interface PushRequest {
  readonly method: PushMethod;
  readonly groupingKey: GroupingKey;
  /** The header's text, or undefined without one. */
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly prefer: string | undefined;
  /** As `PushService.encodingOf` decided. */
  readonly contentEncoding: ContentEncoding;
  /** The body as received, `length` bytes in all. */
  readonly chunks: readonly Buffer[];
  readonly length: number;
  /** Bytes of memory that the chunks take. */
  readonly heldBytes: number;
}

/** A push that waits has its outcome later. */
export type PushResult = PushOutcome | WaitingPush;

export interface PushServiceDeps {
  readonly config: Pick<PushgatewayConfig, 'contentEncodings' | 'maxDecodedSize'>;
  readonly transcoder: Transcoder;
  /** Undefined if `staleness` is off. */
  readonly staleSeries?: StaleSeries | undefined;
  readonly delivery: Pick<Delivery, 'offer'>;
  readonly receiptClock: ReceiptClock;
  readonly largePushes: LargePushQueue;
  readonly acknowledgements: Acknowledgements;
  readonly waitingPushes: WaitingPushes;
}

export const TOO_MUCH_AT_ONCE: PushOutcome = {
  kind: 'overloaded',
  detail:
    'Cannot take push: too many large pushes are being received or decoded (push.pushgateway.maxBufferedSize)',
};

/** Before the push could be handled, its connection brought something that is no request. */
export const REFUSED_CONNECTION: PushOutcome = {
  kind: 'malformed',
  detail:
    'Cannot take push: expected nothing but requests on its connection, found something else after its body',
};

export class PushService {
  readonly #deps: PushServiceDeps;
  /** The encodings that are taken next to plain bodies. gzip is always one. */
  readonly #encodings: readonly ContentEncoding[];
  readonly #formats = new DeclaredFormats();

  constructor(deps: PushServiceDeps) {
    this.#deps = deps;
    this.#encodings = [...new Set<ContentEncoding>(['gzip', ...deps.config.contentEncodings])];
  }

  /** The content encoding of a push, or a reason not to read its body at all. */
  encodingOf(header: string | undefined): ContentEncoding | PushOutcome {
    const encoding = readContentEncoding(header);
    if (encoding === 'identity' || (encoding !== undefined && this.#encodings.includes(encoding)))
      return encoding;
    const hint = encoding === undefined ? '' : ', which push.pushgateway.contentEncodings does not list';
    const detail = `Cannot take push: expected content encoding ${this.#encodings.join(' or ')}, found ${quote(header ?? '')}${hint}`;
    return { kind: 'unsupported', detail, acceptEncoding: this.#encodings.join(', ') };
  }

  /**
   * Takes a push. The result is there at once, unless the push is large and compressed. Such a push is dropped if
   * `isRefused` says that its connection was refused until it was decoded. Never throws for the content of a push.
   */
  accept(push: PushRequest, share: BudgetShare, isRefused: () => boolean): PushResult | Promise<PushResult> {
    // The body of a DELETE means nothing.
    if (push.method === 'DELETE') return this.#forward(push, [], 0);
    if (push.contentEncoding === 'identity') return this.#forward(push, push.chunks, push.length);
    try {
      const decoded = this.#decode(push, push.contentEncoding, share);
      if (decoded instanceof Promise) return this.#forwardLater(push, decoded, isRefused);
      return this.#forward(push, [decoded], decoded.length);
    } catch (error) {
      return this.#outcomeOf(error, push, push.chunks);
    }
  }

  #decode(push: PushRequest, encoding: Exclude<ContentEncoding, 'identity'>, share: BudgetShare) {
    const isWhole = push.chunks.length === 1;
    const body = isWhole ? push.chunks[0]! : Buffer.concat(push.chunks);
    const encodedBytes = isWhole ? push.heldBytes : push.heldBytes + push.length;
    return decodeBody(encoding, body, {
      maxBytes: this.#deps.config.maxDecodedSize,
      hold: (bytes) => share.hold(encodedBytes + bytes),
    });
  }

  /** For a body that is decoded outside this round of the event loop; undefined: there was no room to decode it. */
  async #forwardLater(
    push: PushRequest,
    decoding: Promise<Buffer | undefined>,
    isRefused: () => boolean,
  ): Promise<PushResult> {
    try {
      const decoded = await decoding;
      if (decoded === undefined) return TOO_MUCH_AT_ONCE;
      await new Promise<void>((resolve) => this.#deps.largePushes.run(decoded.length, resolve));
      return isRefused() ? REFUSED_CONNECTION : this.#forward(push, [decoded], decoded.length);
    } catch (error) {
      return this.#outcomeOf(error, push, push.chunks);
    }
  }

  #forward(push: PushRequest, chunks: readonly Buffer[], length: number): PushResult {
    try {
      const receivedAtMs = this.#deps.receiptClock.stamp(push.groupingKey.canonical);
      const encoded = this.#encode(push, chunks, length, receivedAtMs);
      return this.#offer(push, encoded, receivedAtMs);
    } catch (error) {
      return this.#outcomeOf(error, push, chunks);
    }
  }

  /** What is offered of a push: its series, and markers for the series that it ends. */
  #encode(push: PushRequest, chunks: readonly Buffer[], length: number, receivedAtMs: number) {
    const { transcoder, staleSeries } = this.#deps;
    const { method, groupingKey } = push;
    const encoded =
      method === 'DELETE'
        ? []
        : transcoder.transcode(
            { chunks, length, format: this.#formats.of(push) },
            groupingKey.fixedLabels,
            receivedAtMs,
          );
    return staleSeries?.mark({ group: groupingKey.canonical, method, encoded, receivedAtMs }) ?? encoded;
  }

  #offer(push: PushRequest, encoded: readonly EncodedSeries[], receivedAtMs: number): PushResult {
    const { transcoder, delivery, staleSeries, acknowledgements, waitingPushes } = this.#deps;
    const { hash: shardHash, job, canonical } = push.groupingKey;
    const acknowledgement = acknowledgements.of(push.prefer, waitingPushes.hasRoom);
    const { level, applied } = acknowledgement;
    const sampleCount = mostSamples(encoded);
    if (sampleCount === 0)
      return { kind: level === 'delivered' ? 'delivered' : 'accepted', sampleCount, applied };
    const waiting = waitingPushes.open(acknowledgement, sampleCount);
    const offered = { encoded, shardHash, job, receivedAtMs };
    const waiter =
      waiting && staleSeries ? forgetIfLost(waiting, () => staleSeries.forget(canonical)) : waiting;
    const result = delivery.offer(waiter === undefined ? offered : { ...offered, waiter });
    if (result !== 'accepted') return outcomeOfOffer(result);
    if (push.method !== 'DELETE') transcoder.confirm(receivedAtMs);
    staleSeries?.confirm();
    if (waiting === undefined) return { kind: 'accepted', sampleCount, applied };
    waitingPushes.add(waiting);
    return waiting;
  }

  #outcomeOf(error: unknown, push: PushRequest, chunks: readonly Buffer[]): PushOutcome {
    const isProtobuf = this.#formats.of(push) === 'protobuf';
    return outcomeOfBodyError(error, { contentType: push.contentType, chunks, isProtobuf });
  }
}

/** The formats that pushes declare. Most headers are those of the push before, so the latest answer is kept. */
class DeclaredFormats {
  #contentType: string | undefined;
  #userAgent: string | undefined;
  #format: BodyFormat = 'undeclared';

  of({ contentType, userAgent }: Pick<PushRequest, 'contentType' | 'userAgent'>): BodyFormat {
    if (contentType === this.#contentType && userAgent === this.#userAgent) return this.#format;
    this.#contentType = contentType;
    this.#userAgent = userAgent;
    this.#format = formatOf(contentType, userAgent);
    return this.#format;
  }
}

/**
 * `waiter`, which also calls `forget` if the disk failed. Staleness took the push for sent, and a group of which that is
 * not certain gets no markers.
 */
function forgetIfLost(waiter: PushWaiter, forget: () => void): PushWaiter {
  return {
    level: waiter.level,
    stored: () => waiter.stored(),
    ended: (end) => {
      if (end.kind === 'notStored') forget();
      waiter.ended(end);
    },
  };
}

/** Backends may take different parts of a push. */
function mostSamples(encoded: readonly EncodedSeries[]): number {
  return encoded.reduce((most, { sampleCount }) => Math.max(most, sampleCount), 0);
}
