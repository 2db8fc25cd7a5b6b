// A server's life on 127.0.0.1: listening and being stopped, with every connection that is still open.
import type { AddressInfo, Server, Socket } from 'node:net';

const HOST = '127.0.0.1';

export class Listener {
  readonly #server: Server;
  /** Plain connections, so that those in the middle of a TLS handshake are among them. */
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on `port`, or on any free one where that is not to be had. Returns host and port. */
  async listenNear(port: number): Promise<string> {
    return this.listen(port).catch(() => this.listen(0));
  }

  /** Returns host and port; `port` 0 is any free one. */
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
      // The only error there is says that it is closed already.
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}
