// A push address that plays a script, one step for each request, the last one for ever, and records what comes.
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface PushStep {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  /** In place of an answer: the connection is reset, or nothing comes; or the text after the status never ends. */
  readonly fault?: 'reset' | 'hang' | 'endless-text' | 'cut-text';
}

export interface RecordedPush {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class ScriptedPushServer {
  readonly pushes: RecordedPush[] = [];
  readonly #server: Server;
  readonly #scheme: string;
  readonly #sockets = new Set<Socket>();
  #script: PushStep[];

  private constructor(script: readonly PushStep[], tls: TlsIdentity | undefined) {
    this.#script = [...script];
    this.#scheme = tls === undefined ? 'http' : 'https';
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#take(request, response);
    this.#server =
      tls === undefined
        ? createServer(listener)
        : createTlsServer({ cert: tls.certPem, key: tls.keyPem }, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
  }

  /** Closed after the test. */
  static async start(script: readonly PushStep[] = [{}], tls?: TlsIdentity): Promise<ScriptedPushServer> {
    const server = new ScriptedPushServer(script, tls);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    onTestFinished(() => server.close());
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: target = '', headers } = request;
    this.pushes.push({ method, target, headers, body: Buffer.concat(chunks) });
    const step = this.#script.length > 1 ? this.#script.shift()! : (this.#script[0] ?? {});
    play(step, response);
  }
}

export interface TlsIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

function play({ status = 200, headers = {}, text = '', fault }: PushStep, response: ServerResponse): void {
  const { socket } = response;
  if (fault === 'reset') {
    socket?.resetAndDestroy();
    return;
  }
  if (fault === 'hang') return;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  if (fault === undefined) response.end(text);
  else response.write(text, () => fault === 'cut-text' && socket?.end());
}
