// An HTTP proxy in this thread: CONNECT for tunnels, the absolute form for plain HTTP. Whatever name is asked for, it
// connects to this machine.
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ForwardProxyOptions {
  readonly tls?: ServerOptions;
  /** `user:password`; none is asked for where it is missing. */
  readonly credentials?: string;
}

export interface ProxyCall {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

export class ForwardProxy {
  readonly calls: ProxyCall[] = [];
  /** Answered to CONNECT instead of a tunnel while it is there; `silence` never answers. */
  connectAnswer: number | 'silence' | 'garbage' | undefined;
  credentials: string | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;
  #port = 0;

  private constructor({ tls, credentials }: ForwardProxyOptions) {
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.credentials = credentials;
  }

  static async start(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(options);
    const forward = (request: IncomingMessage, response: ServerResponse) => proxy.#forward(request, response);
    const server = options.tls === undefined ? createServer(forward) : createTlsServer(options.tls, forward);
    server.on('connect', (request: IncomingMessage, socket: Socket) => proxy.#tunnel(request, socket));
    server.on('connection', (socket: Socket) => proxy.#keep(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy.#port = (server.address() as AddressInfo).port;
    onTestFinished(async () => {
      for (const socket of proxy.#sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return proxy;
  }

  url(userInfo = '', host = '127.0.0.1'): string {
    return `${this.#scheme}://${userInfo === '' ? '' : `${userInfo}@`}${host}:${this.#port}`;
  }

  /** To and from clients and targets. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #see({ method = '', url: target = '', headers }: IncomingMessage): boolean {
    this.calls.push({ method, target, headers });
    if (this.credentials === undefined) return true;
    const wanted = `Basic ${Buffer.from(this.credentials).toString('base64')}`;
    return headers['proxy-authorization'] === wanted;
  }

  #tunnel(request: IncomingMessage, socket: Socket): void {
    const isWelcome = this.#see(request);
    if (this.connectAnswer === 'silence') {
      // What is not read is not seen to end, and what may be half open does not end by itself.
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (this.connectAnswer === 'garbage') {
      socket.end('what?\r\n\r\n');
      return;
    }
    const refusal = isWelcome ? this.connectAnswer : 407;
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 2\r\n\r\nno`);
      return;
    }
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1]);
    const target = connect(port, '127.0.0.1', () =>
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    );
    this.#keep(target);
    socket.pipe(target).pipe(socket);
    socket.on('close', () => target.destroy());
    target.on('close', () => socket.destroy());
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#see(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' });
      response.end(`not ${request.headers['proxy-authorization']}`);
      return;
    }
    const { port, pathname, search } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const options = { host: '127.0.0.1', port, path: pathname + search, method: request.method, headers };
    const onward = httpRequest(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  }
}
