// Sends blocks to a backend as remote write 2.0: translated when they are sent, and sent again as 1.0 at once where the
// backend shows that it does not know 2.0. Of a block under way the translation is kept for its retries.
import type { BackendConfig } from '../../config/config.ts';
import type { Block } from '../../remotewrite/block.ts';
import { BlockSealer } from '../../remotewrite/block-sealer.ts';
import { stripStartTimestamps } from '../../remotewrite/start-timestamps.ts';
import { unsealBlock } from '../../remotewrite/unseal-block.ts';
import { type BlockV2, BlockV2Sealer } from '../../remotewrite/v2/block-v2-sealer.ts';
import { FamilyRegistry } from '../../remotewrite/v2/family-registry.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';
import { OutputLimitError } from '../../wire/output-buffer.ts';
import type { AttemptOutcome } from '../block/send-outcome.ts';
import type { AttemptEnd } from '../http/attempt.ts';
import { endOutcome, type PostEnd } from './answer-outcome.ts';
import { answerOutcomeV2, type NotUnderstood } from './answer-outcome-v2.ts';
import { MessageVersion } from './message-version.ts';
import { readWrittenCounts } from './written-counts.ts';

export interface MessageSenderDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  /** One POST. */
  post(request: Block, retries: number, signal: AbortSignal): Promise<PostEnd>;
}

const REGISTRY_BYTES = 4 * 1024 * 1024;
/**
 * Before compression a request may be so many times as large as after it; with the default limit no larger than what
 * Prometheus takes.
 */
const MAX_RATIO = 32;

export class MessageV2Sender {
  readonly #backend: BackendConfig;
  readonly #deps: MessageSenderDeps;
  readonly #families = new FamilyRegistry(REGISTRY_BYTES);
  readonly #version: MessageVersion;
  readonly #sealer = new BlockSealer();
  readonly #sealerV2: BlockV2Sealer;
  /** Of blocks whose last attempt is going to be repeated. */
  readonly #translated = new WeakMap<Block, BlockV2>();
  readonly #stripped = new WeakMap<Block, Block>();

  constructor(backend: BackendConfig, deps: MessageSenderDeps) {
    this.#backend = backend;
    this.#deps = deps;
    this.#version = new MessageVersion({ backend: backend.name, ...deps });
    this.#sealerV2 = new BlockV2Sealer(this.#families, MAX_RATIO * backend.queueConfig.maxRequestBytes);
  }

  /** Takes note of the metadata among the fields of a push, which may go out after series of other pushes. */
  noteMetadata(fields: Uint8Array): void {
    this.#families.noteMetadata(Buffer.from(fields.buffer, fields.byteOffset, fields.length));
  }

  async send(block: Block, retries: number, signal: AbortSignal): Promise<AttemptOutcome> {
    const outcome = await this.#send(block, retries, signal);
    if (outcome.kind !== 'retry') {
      this.#translated.delete(block);
      this.#stripped.delete(block);
    }
    return outcome;
  }

  async #send(block: Block, retries: number, signal: AbortSignal): Promise<AttemptOutcome> {
    if (this.#version.current === 2) {
      const outcome = await this.#sendV2(block, retries, signal);
      if (outcome.kind !== 'notUnderstood') return outcome;
      if (!this.#backend.messageVersionFallback) return outcome.outcome;
      this.#version.fallBack(outcome.reason);
    }
    const end = await this.#deps.post(this.#strip(block), retries, signal);
    return endOutcome(end, this.#backend.queueConfig, this.#deps.clock.nowMs());
  }

  async #sendV2(block: Block, retries: number, signal: AbortSignal): Promise<AttemptOutcome | NotUnderstood> {
    const request = this.#translate(block);
    if (!('body' in request)) return request;
    const end = await this.#deps.post(request, retries, signal);
    const { queueConfig } = this.#backend;
    if (end.kind !== 'answered') return endOutcome(end, queueConfig, this.#deps.clock.nowMs());
    const outcome = answerOutcomeV2(end, request, queueConfig, this.#deps.clock.nowMs());
    if (outcome.kind === 'delivered' || outcome.kind === 'partial') {
      this.#version.confirm();
      this.#countExemplars(end, request);
    }
    return outcome;
  }

  #countExemplars(
    { headers, status }: Extract<AttemptEnd, { kind: 'answered' }>,
    { exemplarCount }: BlockV2,
  ): void {
    const { exemplars, samples } = readWrittenCounts(headers);
    const isDiscarded = status === 202 && samples === 0;
    if (exemplars === undefined || exemplars >= exemplarCount || isDiscarded) return;
    this.#deps.events.exemplarsRejected(this.#backend.name, exemplarCount - exemplars);
  }

  /** The request, or how the attempt ends without one. */
  #translate(block: Block): BlockV2 | AttemptOutcome {
    const known = this.#translated.get(block);
    if (known !== undefined) return known;
    const { maxRequestBytes } = this.#backend.queueConfig;
    try {
      const request = this.#sealerV2.seal(block);
      const { length } = request.body;
      if (length > maxRequestBytes) return tooLarge(`${length} bytes compressed`, maxRequestBytes);
      this.#translated.set(block, request);
      return request;
    } catch (error) {
      if (error instanceof OutputLimitError)
        return tooLarge(`over ${error.maxBytes} bytes before compression`, maxRequestBytes);
      throw error;
    }
  }

  /** Without start timestamps, for which 1.0 has no field. */
  #strip(block: Block): Block {
    const known = this.#stripped.get(block);
    if (known !== undefined) return known;
    const fields = unsealBlock(block);
    const stripped = stripStartTimestamps(fields);
    const request = stripped === fields ? block : this.#sealer.seal(stripped, block.sampleCount);
    this.#stripped.set(block, request);
    return request;
  }
}

function tooLarge(found: string, maxRequestBytes: number): AttemptOutcome {
  const detail = `a request of ${found} as remote write 2.0, maxRequestBytes is ${maxRequestBytes}`;
  return { kind: 'rejected', status: 0, reason: 'too_large', detail, remedy: 'shrink' };
}
