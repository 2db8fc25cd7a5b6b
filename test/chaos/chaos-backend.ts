// The remote-write backend of a chaos run: a server that takes, refuses, resets and goes away as its mood has it, and
// records what it took. A sample counts as taken when the request with it was answered with 2xx, whether or not the
// answer still met somebody.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type DecodedRequest, decodeWriteRequest } from '../support/decode-write-request.ts';
import { BackendSchedule, type Turn } from './backend-schedule.ts';
import type { Mood } from './kill-options.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { FIELDS_PER_SAMPLE, START_HEADER, type TakenRequest, type TakenSamples } from './taken-samples.ts';

export class ChaosBackend {
  readonly #port: number;
  readonly #connections = new WeakMap<Socket, { readonly number: number; readonly generation: number }>();
  readonly #series = new Map<string, number>();
  readonly #requests: TakenRequest[] = [];
  readonly #violations: string[] = [];
  #schedule = new BackendSchedule('down', 0);
  #phaseEnd: NodeJS.Timeout | undefined;
  #server: Server | undefined;
  #connectionCount = 0;
  #lastRequestMs = performance.now();
  /** Of the connections that come in now. */
  generation = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async changeMood(mood: Mood, seed: number): Promise<void> {
    clearTimeout(this.#phaseEnd);
    this.#schedule = new BackendSchedule(mood, seed);
    await this.#nextPhase();
  }

  get quietMs(): number {
    return performance.now() - this.#lastRequestMs;
  }

  get taken(): TakenSamples {
    return { series: [...this.#series.keys()], requests: this.#requests, violations: this.#violations };
  }

  async #nextPhase(): Promise<void> {
    const { lastsMs, listens } = this.#schedule.nextPhase();
    if (listens) await this.#listen();
    else this.#leave();
    if (lastsMs < Number.POSITIVE_INFINITY)
      this.#phaseEnd = setTimeout(() => void this.#nextPhase(), lastsMs);
  }

  async #listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, { number: ++this.#connectionCount, generation: this.generation });
    });
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
  }

  #leave(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#lastRequestMs = performance.now();
    const turn = this.#schedule.nextTurn();
    if (turn.kind === 'reset' && !turn.readsBody) request.socket.resetAndDestroy();
    else {
      const body = await readBody(request);
      if (body !== undefined) await this.#answer(turn, body, request, response);
    }
  }

  async #answer(turn: Turn, body: Buffer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (turn.kind) {
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'refuse':
        response.writeHead(turn.status).end('not now\n');
        return;
      case 'take': {
        if (turn.afterMs > 0) await pause(turn.afterMs);
        // Like a server that drops a request when its sender has disconnected.
        if (request.socket.destroyed) return;
        this.#take(body, request);
        response.writeHead(204).end();
      }
    }
  }

  #take(body: Buffer, { socket, headers }: IncomingMessage): void {
    const { number, generation: atAccept } = this.#connections.get(socket)!;
    const generation = Number(headers[START_HEADER] ?? atAccept);
    try {
      const samples = this.#samplesOf(decodeWriteRequest(body));
      this.#requests.push({ connection: number, generation, samples, takenAtMs: monotonicMs() });
    } catch (error) {
      this.#violations.push(String(error));
    }
  }

  #samplesOf({ series }: DecodedRequest): Float64Array {
    const numbers = series.flatMap(({ labels, samples }) => {
      const { instance, part } = Object.fromEntries(labels);
      const index = this.#indexOf(`${instance}/${part}`);
      return samples.flatMap(({ value, timestampMs }) => [index, value, timestampMs]);
    });
    if (numbers.length % FIELDS_PER_SAMPLE !== 0) throw new Error('BUG: a sample in pieces');
    return Float64Array.from(numbers);
  }

  #indexOf(name: string): number {
    const index = this.#series.get(name) ?? this.#series.size;
    this.#series.set(name, index);
    return index;
  }
}

/** Undefined if the sender disconnected. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}
