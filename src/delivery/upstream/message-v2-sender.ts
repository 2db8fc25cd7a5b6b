// The message version layer, for backends that are configured for remote write 2.0: translates each block to 2.0. If the
// backend shows that it does not know 2.0, the block goes out as 1.0 at once, and so do later ones for a while.
import type { BackendConfig } from '../../config/config.ts';
import { type Block, BlockSealer, unsealBlock } from '../../remotewrite/block.ts';
import { stripStartTimestamps } from '../../remotewrite/start-timestamps.ts';
import { type BlockV2, BlockV2Sealer } from '../../remotewrite/v2/block-v2-sealer.ts';
import { FamilyRegistry } from '../../remotewrite/v2/family-registry.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';
import { OutputLimitError } from '../../wire/output-buffer.ts';
import type { AttemptOutcome, Rejected, Sender } from '../block/send-outcome.ts';
import { countedOutcome, rejectedExemplars, unknownVersion } from './message-v2-outcome.ts';
import { MessageVersion } from './message-version.ts';

export interface MessageSenderDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly next: Sender;
}

const REGISTRY_BYTES = 4 * 1024 * 1024;
/**
 * How many times larger a request may be before compression than after. With the default limit that is no more than
 * Prometheus takes.
 */
const MAX_RATIO = 32;

export class MessageV2Sender implements Sender {
  readonly #backend: BackendConfig;
  readonly #deps: MessageSenderDeps;
  readonly #families = new FamilyRegistry(REGISTRY_BYTES);
  readonly #version: MessageVersion;
  readonly #sealer = new BlockSealer();
  readonly #sealerV2: BlockV2Sealer;
  /** By the body of the block, while that is being retried. */
  readonly #translated = new WeakMap<Uint8Array, BlockV2>();
  readonly #stripped = new WeakMap<Uint8Array, Uint8Array>();

  constructor(backend: BackendConfig, deps: MessageSenderDeps) {
    this.#backend = backend;
    this.#deps = deps;
    this.#version = new MessageVersion({ backend: backend.name, ...deps });
    this.#sealerV2 = new BlockV2Sealer(this.#families, MAX_RATIO * backend.queueConfig.maxRequestBytes);
  }

  /** Keeps the metadata among the fields of a push: it may also go out with series of other pushes. */
  noteMetadata(fields: Uint8Array): void {
    this.#families.noteMetadata(Buffer.from(fields.buffer, fields.byteOffset, fields.length));
  }

  async send(block: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    const outcome = this.#version.current === 2 ? await this.#sendV2(block, signal) : undefined;
    const end = outcome ?? (await this.#sendV1(block, signal));
    if (end.kind !== 'retry') {
      this.#translated.delete(block.body);
      this.#stripped.delete(block.body);
    }
    return end;
  }

  #sendV1(block: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    return this.#deps.next.send({ ...block, body: this.#strip(block) }, signal);
  }

  /** Undefined if the block has to be sent as 1.0 instead. */
  async #sendV2(block: Block, signal: AbortSignal): Promise<AttemptOutcome | undefined> {
    const request = this.#translate(block);
    if (!('body' in request)) return request;
    const headers = { ...block.headers, ...request.headers };
    const answered = await this.#deps.next.send({ ...request, headers }, signal);
    const unknown = unknownVersion(answered);
    if (unknown !== undefined) {
      if (!this.#backend.messageVersionFallback) return unknown.outcome;
      this.#version.fallBack(unknown.reason);
      return undefined;
    }
    const outcome = countedOutcome(answered, request.sampleCount);
    if (outcome.kind === 'delivered' || outcome.kind === 'partial') {
      this.#version.confirm();
      this.#reportExemplars(rejectedExemplars(answered, request.exemplarCount));
    }
    return outcome;
  }

  #reportExemplars(rejected: number): void {
    if (rejected > 0) this.#deps.events.exemplarsRejected(this.#backend.name, rejected);
  }

  /** The request, or how the attempt ends without one. */
  #translate(block: Block): BlockV2 | Rejected {
    const known = this.#translated.get(block.body);
    if (known !== undefined) return known;
    const { maxRequestBytes } = this.#backend.queueConfig;
    try {
      const request = this.#sealerV2.seal(block);
      const { length } = request.body;
      if (length > maxRequestBytes) return tooLarge(`${length} bytes compressed`, maxRequestBytes);
      this.#translated.set(block.body, request);
      return request;
    } catch (error) {
      if (error instanceof OutputLimitError)
        return tooLarge(`over ${error.maxBytes} bytes before compression`, maxRequestBytes);
      throw error;
    }
  }

  /** The body without start timestamps, for which 1.0 has no field. */
  #strip(block: Block): Uint8Array {
    const known = this.#stripped.get(block.body);
    if (known !== undefined) return known;
    const fields = unsealBlock(block);
    const stripped = stripStartTimestamps(fields);
    const body = stripped === fields ? block.body : this.#sealer.seal(stripped, block.sampleCount).body;
    this.#stripped.set(block.body, body);
    return body;
  }
}

function tooLarge(found: string, maxRequestBytes: number): Rejected {
  const detail = `a request of ${found} as remote write 2.0, maxRequestBytes is ${maxRequestBytes}`;
  return { kind: 'rejected', status: 0, reason: 'too_large', detail, remedy: 'shrink' };
}
