// The listener of an extension that could not start. Every request gets 503 with the reason, so that pushes fail at once and
// the function itself goes on.
import { createServer, type Server } from 'node:http';
import type { EventHandler } from './invocations.ts';

export class RefusingListener implements EventHandler {
  readonly #server: Server;

  constructor(reason: string) {
    const text = `Cannot take push: Sluice could not start: ${reason}\n`;
    this.#server = createServer((request, response) => {
      request.resume();
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    });
  }

  /** Never rejects. If the port is taken, nothing answers pushes. */
  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve) => {
      this.#server.once('error', () => resolve());
      this.#server.listen({ host, port }, () => resolve());
    });
  }

  idle(): void {}

  invoked(): Promise<void> {
    return Promise.resolve();
  }

  shutDown(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    return Promise.resolve();
  }
}
