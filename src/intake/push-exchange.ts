// One push on the wire: reads the body within its limits, hands it on, writes the answer. Exactly one answer for each
// push; a push whose connection ends before its body does is forgotten, nothing of it goes further.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GroupingKey } from '../labels/grouping-key.ts';
import type { PushMethod } from '../staleness/stale-series.ts';
import type { IntakeEvents } from '../telemetry/events.ts';
import type { Acknowledgements } from './acknowledgement.ts';
import { BodyBuffer } from './body-buffer.ts';
import type { Connections } from './connections.ts';
import type { BudgetShare, MemoryBudget } from './memory-budget.ts';
import type { OpenPushes } from './open-pushes.ts';
import { answerFor, type PushOutcome, REFUSED_CONNECTION, TOO_MUCH_AT_ONCE } from './push-outcome.ts';
import type { PushResult, PushService } from './push-service.ts';
import type { Turns } from './turns.ts';
import { WaitingPush } from './waiting-push.ts';
import { writeAnswer, writeAnswerEarly } from './write-answer.ts';

export interface PushExchangeDeps {
  readonly service: Pick<PushService, 'refuse' | 'accept'>;
  readonly acknowledgements: Acknowledgements;
  readonly budget: MemoryBudget;
  readonly events: IntakeEvents;
  readonly turns: Turns;
  readonly openPushes: OpenPushes;
  readonly maxBodyBytes: number;
  readonly monotonicMs: () => number;
}

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
    const refusal =
      declared !== undefined && Number(declared) > this.#deps.maxBodyBytes
        ? this.#tooLarge(`${declared} bytes declared`)
        : this.#deps.service.refuse(headers['content-encoding']);
    if (refusal) return this.refuse(refusal, expectsContinue);
    if (expectsContinue) this.#response.writeContinue();
    this.#request.on('data', (piece: Buffer) => this.#receive(piece));
    this.#request.on('end', () => this.#finish(groupingKey));
    this.#request.on('close', () => this.#cutOff());
  }

  /** Answers without having read the body to its end; `isHeldBack`: the client has not begun to send it. */
  refuse(outcome: PushOutcome, isHeldBack = false): void {
    const answer = answerFor(outcome);
    this.#settle(answer.status, answer.reason, answer.text, 0);
    // What is read from here on is thrown away; what was read must not outlive its share of the budget.
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

  #finish(groupingKey: GroupingKey): void {
    if (this.#isAnswered) return;
    this.#deps.turns.run(this.#body.length, () => this.#process(groupingKey));
    if (!this.#isAnswered) this.#deps.openPushes.add(this.#response);
  }

  #process(groupingKey: GroupingKey): void {
    if (this.#isRefused()) return this.#answer(REFUSED_CONNECTION);
    const { headers } = this.#request;
    const push = {
      // What else there is has been answered before.
      method: this.#request.method as PushMethod,
      groupingKey,
      contentType: headers['content-type'],
      contentEncoding: headers['content-encoding'],
      userAgent: headers['user-agent'],
      chunks: this.#body.pieces(),
      length: this.#body.length,
      heldBytes: this.#body.heldWith(0),
      // Node joins its lines with commas.
      acknowledgement: this.#deps.acknowledgements.of(headers.prefer as string | undefined),
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

  /** From here on the push is in the hands of delivery: a wait costs no more than the open response. */
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

  /** Whether the client was told that it cannot be read while its push was still waiting: that has to be true. */
  #isRefused(): boolean {
    return this.#connections.isRefused(this.#request.socket);
  }

  /** A defect of ours: it costs this push, and nothing of the others. */
  #fault(error: unknown): PushOutcome {
    this.#deps.events.fault(error);
    return { kind: 'fault' };
  }

  #answer(outcome: PushOutcome): void {
    const answer = answerFor(outcome);
    const sampleCount = 'sampleCount' in outcome ? outcome.sampleCount : 0;
    this.#settle(answer.status, answer.reason, answer.text, sampleCount);
    writeAnswer(this.#response, answer);
  }

  /** The client went away, or was too slow, before the whole body was here. */
  #cutOff(): void {
    if (this.#request.complete) return;
    this.#settle(
      408,
      'cut_off',
      'Cannot read push: expected the whole body, found the connection closed before its end',
      0,
    );
  }

  #tooLarge(found: string): PushOutcome {
    return {
      kind: 'tooLarge',
      detail: `Cannot take push: expected at most ${this.#deps.maxBodyBytes} bytes, found ${found}`,
    };
  }

  #settle(status: number, reason: string, detail: string, sampleCount: number): void {
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
      sampleCount,
      userAgent: this.#request.headers['user-agent'],
      detail: status < 400 ? undefined : detail,
    });
  }
}
