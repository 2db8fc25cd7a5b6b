// Where Lambda sends its telemetry: a listener of its own, so that no push is held up by it and nothing of it is taken for
// a push. Bodies are bounded; who sends anything else gets an answer and is forgotten.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../telemetry/clock.ts';
import { parseTelemetry, type TelemetryRecord } from './telemetry-record.ts';

/** Twice what Lambda buffers for one request. */
const MAX_BODY_BYTES = 512 * 1024;

export class TelemetryListener {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #hear: (records: readonly TelemetryRecord[]) => void;

  constructor(clock: Clock, hear: (records: readonly TelemetryRecord[]) => void) {
    this.#clock = clock;
    this.#hear = hear;
    // Frozen in the middle of a request, neither side is to blame for its duration.
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (request, response) =>
      this.#take(request, response),
    );
    this.#server.maxConnections = 16;
  }

  /** Returns the port as bound. Rejects with the system's error, also where `host` has no address in `withinMs`. */
  listen(host: string, port: number, withinMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`no address for ${host} in ${withinMs} ms`));
      const timer = this.#clock.setTimer(giveUp, withinMs);
      this.#server.once('error', (error) => {
        timer.cancel();
        reject(error);
      });
      this.#server.listen({ host, port }, () => {
        timer.cancel();
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    let length = 0;
    request.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= MAX_BODY_BYTES) pieces.push(piece);
      else if (!response.headersSent) response.writeHead(413, { connection: 'close' }).end();
    });
    request.on('end', () => {
      if (length > MAX_BODY_BYTES) return;
      // Before anything else: Lambda is not to wait for what follows.
      response.writeHead(200).end();
      this.#hear(parseTelemetry(Buffer.concat(pieces).toString()));
    });
  }
}
