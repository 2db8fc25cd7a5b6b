// Sluice and a real Pushgateway side by side, asked the same. Sluice's backend records what it is sent.
import { startReceiver } from '../../support/delivery-setup.ts';
import type { RunningSluice } from '../../support/running-sluice.ts';
import type { ScriptedReceiver } from '../../support/scripted-receiver.ts';
import type { BothAnswers } from '../deliberate-differences.ts';
import { Pushgateway } from './pushgateway.ts';
import { startSluice } from './sluice.ts';

export interface Question {
  readonly target: string;
  readonly body: string | Uint8Array;
  /** Of the body; none if absent. */
  readonly contentType?: string;
  /** The Pushgateway is of no use afterwards. */
  readonly poisons?: true;
}

export class OraclePair {
  readonly receiver: ScriptedReceiver;
  readonly #pushgateway: Pushgateway;
  readonly #sluice: RunningSluice;

  private constructor(pushgateway: Pushgateway, receiver: ScriptedReceiver, sluice: RunningSluice) {
    this.#pushgateway = pushgateway;
    this.receiver = receiver;
    this.#sluice = sluice;
  }

  /** `backend`: settings of Sluice's backend besides its address. */
  static async start(backend: Readonly<Record<string, unknown>> = {}): Promise<OraclePair> {
    const pushgateway = await Pushgateway.start();
    const receiver = await startReceiver();
    return new OraclePair(pushgateway, receiver, await startSluice({ ...backend, url: receiver.url() }));
  }

  async ask({ target, body, contentType, poisons }: Question): Promise<BothAnswers> {
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    const theirs = await (poisons
      ? this.#pushgateway.pushPoison(target, body)
      : this.#pushgateway.push(target, body, headers));
    const answers = { target, body, theirs, ours: await this.#sluice.push(body, { target, headers }) };
    if (answers.ours.status >= 500 || theirs.status >= 500)
      throw new Error(`Cannot compare: expected an answer of each, seen ${describeAnswers(answers)}`);
    return answers;
  }

  /** Ends Sluice, so that the receiver has everything. Returns its exit code. */
  stopSluice(): ReturnType<RunningSluice['stop']> {
    return this.#sluice.stop();
  }
}

export function describeAnswers({ ours, theirs }: BothAnswers): string {
  return `Sluice ${ours.status} ${ours.text.trim()}, Pushgateway ${theirs.status} ${theirs.text.trim()}`;
}
