// From a complete push to its outcome: decode, transcode, offer. Transcoding and offering are one step without a pause,
// so pushes of a grouping key are queued in the order of their timestamps.
import type { PushgatewayConfig } from '../config/config.ts';
import { DecodeBodyError, DecodedSizeError } from '../decompress/body-decoder.ts';
import { type ContentEncoding, decodeBody, readContentEncoding } from '../decompress/decode-body.ts';
import type { PushWaiter } from '../delivery/block/offered-push.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { ExpositionError } from '../exposition/exposition-error.ts';
import { SeriesClashError } from '../relabel/series-clash-error.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { SeriesTooLargeError } from '../remotewrite/series-too-large-error.ts';
import type { StaleSeries } from '../staleness/stale-series.ts';
import type { Transcoder } from '../transcode/transcoder.ts';
import { OutputLimitError } from '../wire/output-buffer.ts';
import { CollisionError } from '../wire/probe-budget.ts';
import type { Acknowledgement, Acknowledgements } from './acknowledgement.ts';
import { ForgettingWaiter } from './forgetting-waiter.ts';
import { FormatMemory } from './format-memory.ts';
import type { BudgetShare } from './memory-budget.ts';
import { type PushOutcome, REFUSED_CONNECTION, TOO_MUCH_AT_ONCE } from './push-outcome.ts';
import type { PushRequest } from './push-request.ts';
import { quote } from './quote.ts';
import type { ReceiptClock } from './receipt-clock.ts';
import { refusalText } from './refusal-text.ts';
import type { Turns } from './turns.ts';
import type { WaitingPush } from './waiting-push.ts';
import type { WaitingPushes } from './waiting-pushes.ts';

export interface PushServiceDeps {
  readonly config: Pick<PushgatewayConfig, 'contentEncodings' | 'maxDecodedSize'>;
  readonly transcoder: Transcoder;
  /** Undefined where `staleness` is off. */
  readonly staleSeries?: StaleSeries | undefined;
  readonly delivery: Pick<Delivery, 'offer'>;
  readonly receiptClock: ReceiptClock;
  readonly turns: Turns;
  readonly acknowledgements: Pick<Acknowledgements, 'withoutWait'>;
  readonly waitingPushes: WaitingPushes;
}

/** A push that waits has its outcome later. */
export type PushResult = PushOutcome | WaitingPush;

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
const SPOOL_TOO_SMALL: PushOutcome = {
  kind: 'tooLarge',
  detail: 'Cannot take push: expected one that fits an empty spool (spool.maxSize), found a larger one',
};
const SPOOL_FULL: PushOutcome = {
  kind: 'spoolFull',
  detail: 'Cannot store push: the spool is full (spool.maxSize), since a backend does not keep up or is away',
};
const SPOOL_UNUSABLE: PushOutcome = {
  kind: 'notStored',
  detail: 'Cannot store push: the spool cannot be used now; GET /-/ready tells why',
};

export class PushService {
  readonly #deps: PushServiceDeps;
  /** What is taken beside plain bodies; gzip always is. */
  readonly #encodings: readonly ContentEncoding[];
  readonly #formats = new FormatMemory();

  constructor(deps: PushServiceDeps) {
    this.#deps = deps;
    this.#encodings = [...new Set<ContentEncoding>(['gzip', ...deps.config.contentEncodings])];
  }

  /** A reason not to read the body at all. */
  refuse(contentEncoding: string | undefined): PushOutcome | undefined {
    const encoding = readContentEncoding(contentEncoding);
    if (encoding === 'identity' || (encoding !== undefined && this.#encodings.includes(encoding)))
      return undefined;
    const hint = encoding === undefined ? '' : ', which push.pushgateway.contentEncodings does not list';
    const detail = `Cannot take push: expected content encoding ${this.#encodings.join(' or ')}, found ${quote(contentEncoding ?? '')}${hint}`;
    return { kind: 'unsupported', detail, headers: { 'accept-encoding': this.#encodings.join(', ') } };
  }

  /**
   * Takes a push that `refuse` let through; at once unless it is a large compressed one, which is dropped where
   * `isRefused` says that its connection has been refused meanwhile. Never throws for its content.
   */
  accept(push: PushRequest, share: BudgetShare, isRefused: () => boolean): PushResult | Promise<PushResult> {
    // The body of a DELETE means nothing.
    if (push.method === 'DELETE') return this.#forward(push, [], 0);
    const encoding = readContentEncoding(push.contentEncoding) ?? 'identity';
    if (encoding === 'identity') return this.#forward(push, push.chunks, push.length);
    const isWhole = push.chunks.length === 1;
    const body = isWhole ? push.chunks[0]! : Buffer.concat(push.chunks);
    const encodedBytes = isWhole ? push.heldBytes : push.heldBytes + push.length;
    try {
      const decoded = decodeBody(encoding, body, {
        maxBytes: this.#deps.config.maxDecodedSize,
        hold: (bytes) => share.hold(encodedBytes + bytes),
      });
      if (decoded instanceof Promise) return this.#forwardLater(push, decoded, isRefused);
      return this.#forward(push, [decoded], decoded.length);
    } catch (error) {
      return outcomeOf(error);
    }
  }

  /** Takes its turn with what has been decoded outside the event loop's round; undefined: there was no room for it. */
  async #forwardLater(
    push: PushRequest,
    decoding: Promise<Buffer | undefined>,
    isRefused: () => boolean,
  ): Promise<PushResult> {
    try {
      const decoded = await decoding;
      if (decoded === undefined) return TOO_MUCH_AT_ONCE;
      await new Promise<void>((resolve) => this.#deps.turns.run(decoded.length, resolve));
      return isRefused() ? REFUSED_CONNECTION : this.#forward(push, [decoded], decoded.length);
    } catch (error) {
      return outcomeOf(error);
    }
  }

  #forward(push: PushRequest, chunks: readonly Buffer[], length: number): PushResult {
    const { receiptClock } = this.#deps;
    const { groupingKey } = push;
    try {
      const receivedAtMs = receiptClock.stamp(groupingKey.canonical);
      const encoded = this.#encode(push, chunks, length, receivedAtMs);
      return this.#offer(push, encoded, receivedAtMs);
    } catch (error) {
      if (!(error instanceof ExpositionError)) return outcomeOf(error);
      const isProtobuf = this.#formats.of(push) === 'protobuf';
      return { kind: 'malformed', detail: refusalText(error, push.contentType, chunks, isProtobuf) };
    }
  }

  /** What is to be offered of a push: its series and the markers of those that it ends. */
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
    const { transcoder, delivery, waitingPushes } = this.#deps;
    const { hash: shardHash, job } = push.groupingKey;
    const acknowledgement = this.#granted(push.acknowledgement);
    const { level, applied } = acknowledgement;
    const sampleCount = mostSamples(encoded);
    if (sampleCount === 0)
      return { kind: level === 'delivered' ? 'delivered' : 'accepted', sampleCount, applied };
    const waiter = waitingPushes.open(acknowledgement, sampleCount);
    const offered = { encoded, shardHash, job, receivedAtMs };
    const told = waiter && this.#forgettingIfLost(waiter, push.groupingKey.canonical);
    switch (delivery.offer(told === undefined ? offered : { ...offered, waiter: told })) {
      case 'accepted':
        if (push.method !== 'DELETE') transcoder.confirm(receivedAtMs);
        this.#deps.staleSeries?.confirm();
        if (waiter === undefined) return { kind: 'accepted', sampleCount, applied };
        waitingPushes.add(waiter);
        return waiter;
      case 'full':
        return QUEUE_FULL;
      case 'tooLarge':
        return QUEUE_TOO_SMALL;
      case 'spoolFull':
        return SPOOL_FULL;
      case 'spoolTooSmall':
        return SPOOL_TOO_SMALL;
      case 'spoolUnusable':
        return SPOOL_UNUSABLE;
      case 'stopping':
        return STOPPING;
    }
  }

  #forgettingIfLost(waiter: PushWaiter, group: string): PushWaiter {
    const { staleSeries } = this.#deps;
    return staleSeries === undefined ? waiter : new ForgettingWaiter(waiter, () => staleSeries.forget(group));
  }

  /** Where too many wait already, a push is taken without a wait for its delivery. */
  #granted(wanted: Acknowledgement): Acknowledgement {
    const { acknowledgements, waitingPushes } = this.#deps;
    return wanted.level === 'delivered' && !waitingPushes.hasRoom ? acknowledgements.withoutWait : wanted;
  }
}

/** Backends may take different parts of a push. */
function mostSamples(encoded: readonly EncodedSeries[]): number {
  return encoded.reduce((most, { sampleCount }) => Math.max(most, sampleCount), 0);
}

/** The one place that knows how malformed and oversized pushes are thrown. */
function outcomeOf(error: unknown): PushOutcome {
  if (
    error instanceof DecodeBodyError ||
    error instanceof CollisionError ||
    error instanceof SeriesClashError
  ) {
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
