// One connection of the scripted receiver: reads requests with a Content-Length and acts each one's step.
import type { Socket } from 'node:net';
import type { Step } from './scripted-receiver.ts';

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
}

export interface ConnectionDeps {
  nextStep(): Step;
  record(head: RequestHead, body: Buffer, step: Step): Step;
}

interface OpenRequest {
  readonly head: RequestHead;
  readonly step: Step;
  readonly length: number;
}

/** The first byte of a TLS connection: somebody took a plain port for a secure one. */
const TLS_HANDSHAKE = 0x16;
const HEAD_END = '\r\n\r\n';

export class ReceiverConnection {
  readonly #socket: Socket;
  readonly #deps: ConnectionDeps;
  #pending: Buffer = Buffer.alloc(0);
  #open: OpenRequest | undefined;

  constructor(socket: Socket, deps: ConnectionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      this.#advance();
    });
  }

  #advance(): void {
    if (this.#open === undefined && this.#pending[0] === TLS_HANDSHAKE) {
      this.#socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#open ??= this.#readHead();
    if (this.#open === undefined) return;
    const { step, length, head } = this.#open;
    const { fault } = step;
    if (typeof fault === 'object' && this.#pending.length >= fault.resetAfterBytes) {
      this.#socket.resetAndDestroy();
    } else if (fault === 'answer-before-body') {
      this.#socket.end(answerText({ headers: [['connection', 'close']], ...step }));
      this.#pending = Buffer.alloc(0);
    } else if (this.#pending.length >= length) {
      const body = Buffer.from(this.#pending.subarray(0, length));
      this.#pending = this.#pending.subarray(length);
      this.#open = undefined;
      void this.#act(this.#deps.record(head, body, step));
    }
  }

  #readHead(): OpenRequest | undefined {
    const end = this.#pending.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [requestLine = '', ...lines] = this.#pending.subarray(0, end).toString('latin1').split('\r\n');
    this.#pending = this.#pending.subarray(end + HEAD_END.length);
    const [method = '', target = ''] = requestLine.split(' ');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]);
    return { head: { method, target, headers }, step: this.#deps.nextStep(), length };
  }

  async #act(step: Step): Promise<void> {
    await step.until;
    if (step.fault === 'never-answer') return;
    if (step.fault === 'reset-after-request') this.#socket.resetAndDestroy();
    else if (step.fault === 'never-end-body')
      this.#socket.write(headText(step, 'transfer-encoding: chunked\r\n'));
    else if (step.raw !== undefined) this.#socket.end(step.raw);
    else this.#socket.write(answerText(step));
  }
}

function answerText(step: Step): Buffer {
  const body = Buffer.from(step.body ?? '');
  const { status = 204 } = step;
  const length = status === 204 || status < 200 ? '' : `content-length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(headText(step, length)), status === 204 ? Buffer.alloc(0) : body]);
}

function headText({ status = 204, headers = [] }: Step, framing: string): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${status} Scripted\r\n${framing}${lines}\r\n`;
}
