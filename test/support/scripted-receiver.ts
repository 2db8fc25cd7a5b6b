// A remote-write receiver that plays a script, one step for each request, the last one for ever. It speaks HTTP/1.1 on
// bare sockets, so that it can also misbehave, and checks every request it records.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { DecodedExemplar, DecodedHistogram } from './decode-histogram.ts';
import { decodeRequestV2 } from './decode-request-v2.ts';
import { type DecodedRequest, type DecodedSeries, decodeWriteRequest } from './decode-write-request.ts';
import { ReceiverConnection } from './receiver-connection.ts';
import { RequestChecks } from './request-checks.ts';

export interface Step {
  /** Answered with this status; 204 unless said otherwise. */
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  /** Sent verbatim instead of a formed answer; the connection is closed after it. */
  readonly raw?: string;
  /** Decides by what the request holds: what it returns is played instead of this step; undefined plays this step. */
  readonly rule?: (
    request: DecodedRequest,
    body: Buffer,
    headers: readonly (readonly [string, string])[],
  ) => Step | undefined;
  /** The body repeats the headers of the request. */
  readonly echoesHeaders?: boolean;
  /** Whether an answer to remote write 2.0 says what was written; with success it says so unless this is false. */
  readonly tellsWritten?: boolean;
  /** The answer waits for this. */
  readonly until?: Promise<unknown>;
  readonly fault?:
    | 'never-read'
    | 'never-answer'
    | 'never-end-body'
    | 'reset-after-request'
    | 'answer-before-body'
    | { readonly resetAfterBytes: number };
}

export interface RecordedRequest {
  readonly atMs: number;
  /** Counts connections from 1. */
  readonly connection: number;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly decoded: DecodedRequest;
  readonly step: Step;
}

export interface ReceiverOptions {
  readonly tls?: TlsOptions;
  readonly port?: number;
  /** What was taken may come again if its answer was lost. */
  readonly allowsRepeats?: boolean;
}

export class ScriptedReceiver {
  readonly requests: RecordedRequest[] = [];
  /** Requests whose head was read, whether or not the rest came. */
  started = 0;
  connections = 0;
  failedHandshakes = 0;
  readonly #checks: RequestChecks;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;
  #script: Step[];

  private constructor(script: readonly Step[], { tls, allowsRepeats }: ReceiverOptions) {
    this.#checks = new RequestChecks(allowsRepeats);
    this.#script = [...script];
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls ? createTlsServer(tls) : createServer();
    this.#server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#accept(socket));
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
    this.#server.on('tlsClientError', () => this.failedHandshakes++);
  }

  static async start(
    script: readonly Step[] = [{}],
    options: ReceiverOptions = {},
  ): Promise<ScriptedReceiver> {
    const receiver = new ScriptedReceiver(script, options);
    receiver.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(target = '/api/v1/write', host = '127.0.0.1'): string {
    return `${this.#scheme}://${host}:${this.port}${target}`;
  }

  /** Replaces what is left of the script. */
  play(...script: readonly Step[]): void {
    this.#script = [...script];
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Series of the requests that were answered with 2xx, in order. */
  get delivered(): readonly DecodedSeries[] {
    return this.requests.filter(isDelivered).flatMap(({ decoded }) => decoded.series);
  }

  get deliveredValues(): readonly number[] {
    return this.delivered.flatMap(({ samples }) => samples.map(({ value }) => value));
  }

  get deliveredHistograms(): readonly DecodedHistogram[] {
    return this.delivered.flatMap(({ histograms = [] }) => histograms);
  }

  get deliveredExemplars(): readonly DecodedExemplar[] {
    return this.delivered.flatMap(({ exemplars = [] }) => exemplars);
  }

  /** Closes everything; throws if a request was invalid. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    const { violations } = this.#checks;
    if (violations.length > 0) throw new Error(`the receiver saw: ${violations.slice(0, 5).join('; ')}`);
  }

  #accept(socket: Socket): void {
    const connection = ++this.connections;
    const step = this.#script[0];
    if (step?.fault === 'never-read') {
      this.#nextStep();
      socket.on('error', () => {});
      socket.pause();
      return;
    }
    new ReceiverConnection(socket, {
      nextStep: () => {
        this.started++;
        return this.#nextStep();
      },
      record: (head, body, step) =>
        this.#record({ ...head, connection, body, step, atMs: performance.now() }),
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #nextStep(): Step {
    return (this.#script.length > 1 ? this.#script.shift() : this.#script[0]) ?? {};
  }

  /** Returns the step to play. */
  #record(request: Omit<RecordedRequest, 'decoded'>): Step {
    try {
      const decoded = decode(request);
      this.#checks.check(decoded);
      const step = echoing(
        request.step.rule?.(decoded, request.body, request.headers) ?? request.step,
        request.headers,
      );
      if (isDelivered({ step, decoded })) this.#checks.delivered(decoded);
      this.requests.push({ ...request, decoded, step });
      return 'symbols' in decoded && isSuccess(step) ? withWritten(step, decoded) : step;
    } catch (error) {
      this.#checks.violations.push(`not a write request: ${error}`);
      return request.step;
    }
  }
}

function echoing(step: Step, headers: RecordedRequest['headers']): Step {
  return step.echoesHeaders ? { ...step, body: headers.map((pair) => pair.join(': ')).join(', ') } : step;
}

/** A success of 2.0 that says nothing of what was written comes from a receiver of 1.0, which has seen an empty message. */
function isDelivered({ step, decoded }: Pick<RecordedRequest, 'step' | 'decoded'>): boolean {
  return isSuccess(step) && !('symbols' in decoded && step.tellsWritten === false);
}

/** The message as the content type names it, without trimming: as Prometheus and Mimir do. */
function decode({ headers, body }: Pick<RecordedRequest, 'headers' | 'body'>): DecodedRequest {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return type.split(';').includes('proto=io.prometheus.write.v2.Request')
    ? decodeRequestV2(body)
    : decodeWriteRequest(body);
}

/** Says that all was written, unless the step says something itself. */
function withWritten(step: Step, { series }: DecodedRequest): Step {
  const { headers = [], tellsWritten = true } = step;
  if (!tellsWritten || headers.some(([name]) => /-written$/i.test(name))) return step;
  const count = (lists: readonly (readonly unknown[])[]) =>
    String(lists.reduce((sum, list) => sum + list.length, 0));
  const written: Step['headers'] = [
    ['X-Prometheus-Remote-Write-Samples-Written', count(series.map(({ samples }) => samples))],
    ['X-Prometheus-Remote-Write-Histograms-Written', count(series.map(({ histograms = [] }) => histograms))],
    ['X-Prometheus-Remote-Write-Exemplars-Written', count(series.map(({ exemplars = [] }) => exemplars))],
  ];
  return { ...step, headers: [...headers, ...written] };
}

function isSuccess({ status = 204, raw, fault }: Step): boolean {
  if (fault === 'never-end-body') return status < 300;
  return raw === undefined
    ? fault === undefined && status >= 200 && status < 300
    : /HTTP\/1.1 2\d\d .*\r\n\r\n/s.test(raw);
}
