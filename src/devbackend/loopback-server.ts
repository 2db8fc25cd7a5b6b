// What both servers of the development backend need: listening on 127.0.0.1, stopping together with every connection
// that is still open, and reading a request's body under a limit.
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

const HOST = '127.0.0.1';

export class LoopbackServer {
  readonly #server: Server;
  /** TCP connections, so that this includes those in the middle of a TLS handshake. */
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on `port`, or on any free port if that one is taken. Returns host and port. */
  async listenNear(port: number): Promise<string> {
    return this.listen(port).catch(() => this.listen(0));
  }

  /** Returns host and port; `port` 0 means any free port. */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: HOST, port }, () => {
        this.#server.off('error', reject);
        resolve(`${HOST}:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  /** May be called again, and before `listen`. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      // The only possible error says that it is closed already.
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

type BodyOutcome =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'tooLarge' }
  /** The client went away, so no answer is needed. */
  | { readonly kind: 'cut' };

export async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'tooLarge' };
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // A return from the loop leaves the request open, so that the refusal can still be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return { kind: 'tooLarge' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'cut' };
  }
  return { kind: 'whole', bytes: Buffer.concat(chunks, length) };
}
