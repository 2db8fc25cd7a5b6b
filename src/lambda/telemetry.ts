// Lambda's telemetry: the listener that it is sent to, and what it says of the invocation under way. The listener is separate,
// so that telemetry holds up no push and is never read as one. Bodies are bounded.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../telemetry/clock.ts';
import { untilDone } from '../telemetry/wait.ts';

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

  /** Returns the port as bound. Rejects with the system's error, also if `host` has no address within `withinMs`. */
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

export interface TelemetryRecord {
  readonly kind: 'started' | 'done';
  readonly requestId: string;
}

const KINDS = new Map<unknown, TelemetryRecord['kind']>([
  ['platform.start', 'started'],
  ['platform.runtimeDone', 'done'],
]);

/** The records in a body that Lambda has sent. Anything else in the body, or instead of it, is ignored. */
export function parseTelemetry(text: string): TelemetryRecord[] {
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(events) ? events.flatMap(recordOf) : [];
}

function recordOf(event: unknown): TelemetryRecord[] {
  const { type, record } = fieldsOf(event);
  const { requestId } = fieldsOf(record);
  const kind = KINDS.get(type);
  return kind === undefined || typeof requestId !== 'string' ? [] : [{ kind, requestId }];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Lambda sends two for each invocation. */
const MAX_RECORDS = 64;

interface Waiter {
  readonly record: TelemetryRecord;
  readonly resolve: () => void;
}

export class InvocationTelemetry {
  /** Since the last `forget`. */
  #records: TelemetryRecord[] = [];
  readonly #waiters = new Set<Waiter>();

  /** Before the next event is asked for: from then on records may be about it. */
  forget(): void {
    this.#records = [];
  }

  hear(records: readonly TelemetryRecord[]): void {
    this.#records = [...this.#records, ...records].slice(-MAX_RECORDS);
    for (const waiter of this.#waiters)
      if (records.some((record) => isSame(record, waiter.record))) waiter.resolve();
  }

  /** Resolves when it has been said since the last `forget`; also when `signal` aborts. */
  said(record: TelemetryRecord, signal: AbortSignal): Promise<void> {
    if (this.#records.some((known) => isSame(known, record))) return Promise.resolve();
    return untilDone(signal, (done) => {
      const waiter = { record, resolve: done };
      this.#waiters.add(waiter);
      return () => this.#waiters.delete(waiter);
    });
  }
}

function isSame(a: TelemetryRecord, b: TelemetryRecord): boolean {
  return a.kind === b.kind && a.requestId === b.requestId;
}
