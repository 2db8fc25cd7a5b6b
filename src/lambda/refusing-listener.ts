// What answers where Sluice could not start: every request gets 503 with the reason, so that whoever pushes is told at once
// and the function itself goes on.
import { createServer, type Server } from 'node:http';
import type { EventHandler } from './invocations.ts';

export class RefusingListener implements EventHandler {
  readonly #server: Server;

  constructor(reason: string) {
    const text = `Cannot take push: expected a Sluice that has started, found: ${reason}\n`;
    this.#server = createServer((request, response) => {
      request.resume();
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    });
  }

  /** Never rejects: where the port cannot be had, pushes find nobody there. */
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
