// The life of one push on the wire: checks its headers, reads the body within its limits, hands the push to the push
// service, and writes the answer that belongs to the outcome. Each push gets exactly one answer. If the connection ends
// before the body does, the push is forgotten: nothing of it goes further.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentEncoding } from '../../decompress/decode-body.ts';
import type { GroupingKey } from '../../labels/grouping-key.ts';
import type { PushMethod } from '../../staleness/stale-series.ts';
import type { IntakeEvents } from '../../telemetry/events.ts';
import type { Connections } from '../http/connections.ts';
import type { OpenPushes } from '../http/open-requests.ts';
import { writeAnswer, writeAnswerEarly } from '../http/write-answer.ts';
import { type Answer, answerFor, type PushOutcome } from '../outcome/push-outcome.ts';
import { WaitingPush } from '../waiting/waiting-push.ts';
import { BodyBuffer } from './body-buffer.ts';
import type { LargePushQueue } from './large-push-queue.ts';
import type { BudgetShare, MemoryBudget } from './memory-budget.ts';
import {
  type PushRequest,
  type PushResult,
  type PushService,
  REFUSED_CONNECTION,
  TOO_MUCH_AT_ONCE,
} from './push-service.ts';

export interface PushExchangeDeps {
  readonly service: Pick<PushService, 'encodingOf' | 'accept'>;
  readonly budget: MemoryBudget;
  readonly events: IntakeEvents;
  readonly largePushes: LargePushQueue;
  readonly openPushes: OpenPushes;
  readonly maxBodyBytes: number;
  readonly monotonicMs: () => number;
}

const CUT_OFF: PushOutcome = {
  kind: 'cutOff',
  detail: 'Cannot read push: expected the whole body, found the connection closed before its end',
};

export class PushExchange {
  readonly #deps: PushExchangeDeps;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: BodyBuffer;
  readonly #share: BudgetShare;
  readonly #startedMs: number;
  readonly #connections: Connections;
  #job: string | undefined;
  #isAnswered = false;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    deps: PushExchangeDeps,
    connections: Connections,
    job?: string,
  ) {
    this.#job = job;
    this.#deps = deps;
    this.#connections = connections;
    this.#request = request;
    this.#response = response;
    this.#body = new BodyBuffer(
      Math.min(Number(request.headers['content-length'] ?? Infinity), deps.maxBodyBytes),
    );
    this.#share = deps.budget.open();
    this.#startedMs = deps.monotonicMs();
  }

  /** Reads and answers a push. `expectsContinue`: the client waits for a word before it sends the body. */
  take(groupingKey: GroupingKey, expectsContinue: boolean): void {
    const { headers } = this.#request;
    this.#job = groupingKey.job;
    const declared = headers['content-length'];
    if (declared !== undefined && Number(declared) > this.#deps.maxBodyBytes)
      return this.refuse(this.#tooLarge(`${declared} bytes declared`), expectsContinue);
    const encoding = this.#deps.service.encodingOf(headers['content-encoding']);
    if (typeof encoding !== 'string') return this.refuse(encoding, expectsContinue);
    if (expectsContinue) this.#response.writeContinue();
    this.#request.on('data', (piece: Buffer) => this.#receive(piece));
    this.#request.on('end', () => this.#finish(groupingKey, encoding));
    this.#request.on('close', () => this.#cutOff());
  }

  /** Answers without having read the body to its end; `isHeldBack`: the client has not begun to send it. */
  refuse(outcome: PushOutcome, isHeldBack = false): void {
    const answer = answerFor(outcome);
    this.#settle(answer, 0);
    // What is read from here on is thrown away. What was read must not outlive its share of the budget.
    this.#body.drop();
    writeAnswerEarly(this.#request, this.#response, answer, isHeldBack);
  }

  #receive(piece: Buffer): void {
    if (this.#isAnswered) return;
    const length = this.#body.length + piece.length;
    if (length > this.#deps.maxBodyBytes) return this.refuse(this.#tooLarge('more'));
    if (!this.#share.hold(this.#body.heldWith(piece.length))) return this.refuse(TOO_MUCH_AT_ONCE);
    this.#body.append(piece);
  }

  #finish(groupingKey: GroupingKey, encoding: ContentEncoding): void {
    if (this.#isAnswered) return;
    this.#deps.largePushes.run(this.#body.length, () => this.#process(groupingKey, encoding));
    if (!this.#isAnswered) this.#deps.openPushes.add(this.#response);
  }

  #process(groupingKey: GroupingKey, contentEncoding: ContentEncoding): void {
    if (this.#isRefused()) return this.#answer(REFUSED_CONNECTION);
    const { headers } = this.#request;
    const push: PushRequest = {
      // The listener has answered all other methods.
      method: this.#request.method as PushMethod,
      groupingKey,
      contentType: headers['content-type'],
      userAgent: headers['user-agent'],
      // Node joins its lines with commas.
      prefer: headers.prefer as string | undefined,
      contentEncoding,
      chunks: this.#body.pieces(),
      length: this.#body.length,
      heldBytes: this.#body.heldWith(0),
    };
    try {
      const result = this.#deps.service.accept(push, this.#share, () => this.#isRefused());
      if (result instanceof Promise)
        void result.catch((error) => this.#fault(error)).then((r) => this.#conclude(r));
      else this.#conclude(result);
    } catch (error) {
      this.#answer(this.#fault(error));
    }
  }

  #conclude(result: PushResult): void {
    if (result instanceof WaitingPush) this.#wait(result);
    else this.#answer(result);
  }

  /** The push now belongs to delivery. Its body is given back, so a wait costs no more than the open response. */
  #wait(push: WaitingPush): void {
    const { socket } = this.#request;
    this.#body.drop();
    this.#share.release();
    this.#connections.beginWait(socket);
    push.whenOver((outcome) => {
      this.#connections.endWait(socket);
      this.#answer(outcome);
    });
  }

  /** Whether 400 was sent because the connection cannot be parsed. Then its push must not be accepted. */
  #isRefused(): boolean {
    return this.#connections.isRefused(this.#request.socket);
  }

  /** A defect of Sluice costs this push, and no other. */
  #fault(error: unknown): PushOutcome {
    this.#deps.events.fault(error);
    return { kind: 'fault' };
  }

  #answer(outcome: PushOutcome): void {
    const answer = answerFor(outcome);
    this.#settle(answer, 'sampleCount' in outcome ? outcome.sampleCount : 0);
    writeAnswer(this.#response, answer);
  }

  /** The client went away, or was too slow, before the whole body was here. */
  #cutOff(): void {
    if (!this.#request.complete) this.#settle(answerFor(CUT_OFF), 0);
  }

  #tooLarge(found: string): PushOutcome {
    return {
      kind: 'tooLarge',
      detail: `Cannot take push: expected at most ${this.#deps.maxBodyBytes} bytes, found ${found}`,
    };
  }

  /** Counts and logs the push, once. */
  #settle({ status, reason, text }: Answer, sampleCount: number | undefined): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#share.release();
    const { events, monotonicMs } = this.#deps;
    events.pushAnswered({
      status,
      reason,
      job: this.#job,
      bodyBytes: this.#body.length,
      durationMs: Math.round(1000 * (monotonicMs() - this.#startedMs)) / 1000,
      sampleCount: sampleCount ?? 0,
      userAgent: this.#request.headers['user-agent'],
      detail: status < 400 ? undefined : text,
    });
  }
}
