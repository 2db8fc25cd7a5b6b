// A stand-in for the Runtime, Extensions and Telemetry APIs of Lambda, for one extension and one runtime. AWS's own emulator
// (github.com/aws/aws-lambda-runtime-interface-emulator) is no Go module that the module proxy serves, and has neither
// freezes nor telemetry; paths, statuses, bodies and error types here are those of its sources, what it lacks is as AWS
// documents it. Invariant: an invocation is over when its runtime and its extension have asked for the next event.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { sendTelemetry, type TelemetryEvent } from './telemetry-sender.ts';

export interface FakeLambdaOptions {
  /** What a subscription is answered: OK, as an environment without telemetry does, or as one that refuses it. */
  readonly telemetry?: 'supported' | 'unsupported' | 'refused';
  /** Extensions get no invocation events, and none may ask for them. */
  readonly isManaged?: boolean;
}

export interface InvokeOptions {
  readonly payload?: unknown;
  /** From now. */
  readonly timeoutMs?: number;
  readonly requestId?: string;
  /** Of the telemetry of this invocation, what is sent when it begins and when its handler is done; all of it if not said. */
  readonly telemetry?: { readonly start?: unknown; readonly done?: unknown };
}

export interface Invocation {
  readonly requestId: string;
  /** What the handler has answered. */
  readonly response: unknown;
  /** From its answer to the extension's call of next. */
  readonly heldMs: number;
}

interface InitError {
  readonly type: string | undefined;
  readonly body: unknown;
}

const EXTENSION = '/2020-01-01/extension';
const RUNTIME = '/2018-06-01/runtime';

export class FakeLambda {
  readonly extensionId = randomUUID();
  registered: { readonly name: string; readonly events: readonly string[] } | undefined;
  subscription:
    | { readonly types: readonly string[]; readonly buffering: unknown; readonly port: number }
    | undefined;
  initError: InitError | undefined;
  /** How often the extension has asked for the next event. */
  extensionNexts = 0;
  /** When it has done so last. */
  lastExtensionNextMs = 0;
  readonly #options: FakeLambdaOptions;
  readonly #server: Server;
  #extensionWaits: ServerResponse | undefined;
  #runtimeWaits: ServerResponse | undefined;
  #responses = new Map<string, (response: unknown) => void>();

  private constructor(options: FakeLambdaOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // A connection that is closed for being idle while a slow machine begins to use it again would end the function.
    this.#server.keepAliveTimeout = 3_600_000;
  }

  static async start(options: FakeLambdaOptions = {}): Promise<FakeLambda> {
    const lambda = new FakeLambda(options);
    lambda.#server.listen(0, '127.0.0.1');
    await once(lambda.#server, 'listening');
    onTestFinished(() => {
      lambda.#server.close();
      lambda.#server.closeAllConnections();
    });
    return lambda;
  }

  /** AWS_LAMBDA_RUNTIME_API. */
  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Runtime and extension wait for the next event: Lambda may freeze them now. */
  get isIdle(): boolean {
    return this.#extensionWaits !== undefined && this.#runtimeWaits !== undefined;
  }

  get isExtensionIdle(): boolean {
    return this.#extensionWaits !== undefined;
  }

  idle(): Promise<void> {
    return waitUntil(() => this.isIdle, 'runtime and extension to wait for an event');
  }

  /** Invokes the function and waits until it is over. */
  async invoke(options: InvokeOptions = {}): Promise<Invocation> {
    const { requestId = randomUUID() } = options;
    const { response, answeredMs } = await this.begin({ ...options, requestId });
    await this.idle();
    return { requestId, response, heldMs: this.lastExtensionNextMs - answeredMs };
  }

  /** Invokes the function and waits for its answer only. */
  async begin({ payload = {}, timeoutMs = 30_000, requestId = randomUUID(), telemetry = {} }: InvokeOptions) {
    await this.idle();
    const deadlineMs = Date.now() + timeoutMs;
    const answered = new Promise((resolve) => this.#responses.set(requestId, resolve));
    // Before the event: on a slow machine it would come after the second in which the extension relies on it.
    await this.send('start' in telemetry ? telemetry.start : [startOf(requestId)]);
    this.sendEvent(invokeEvent(requestId, deadlineMs));
    const runtime = this.#runtimeWaits!;
    this.#runtimeWaits = undefined;
    runtime.setHeader('lambda-runtime-aws-request-id', requestId);
    runtime.setHeader('lambda-runtime-deadline-ms', String(deadlineMs));
    json(runtime, 200, payload);
    const response = await answered;
    const answeredMs = performance.now();
    await this.send('done' in telemetry ? telemetry.done : [doneOf(requestId)]);
    return { requestId, response, answeredMs };
  }

  /** Gives the extension an event; undefined if it does not get this one. */
  sendEvent(event: Readonly<Record<string, unknown>>): void {
    if (event.eventType === 'INVOKE' && this.#options.isManaged) return;
    const extension = this.#extensionWaits;
    if (extension === undefined)
      throw new Error('Cannot send the event: the extension does not wait for one');
    this.#extensionWaits = undefined;
    extension.setHeader('lambda-extension-event-identifier', randomUUID());
    json(extension, 200, event);
  }

  shutDown(shutdownReason = 'SPINDOWN', withinMs = 2000): void {
    this.sendEvent({ eventType: 'SHUTDOWN', deadlineMs: Date.now() + withinMs, shutdownReason });
  }

  /** To where the extension has asked for it; nothing if it has not, or `events` is undefined. */
  async send(events: unknown): Promise<void> {
    if (this.subscription !== undefined && events !== undefined)
      await sendTelemetry(this.subscription.port, events);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const text = await bodyOf(request);
    const isRuntime = url.startsWith(RUNTIME);
    if (isRuntime) return this.#answerRuntime(`${method} ${url.slice(RUNTIME.length)}`, text, response);
    if (`${method} ${url}` === `POST ${EXTENSION}/register`) return this.#register(request, text, response);
    const refusal = this.#refuseIdentifier(request);
    if (refusal !== undefined) return json(response, 403, refusal);
    switch (`${method} ${url}`) {
      case `GET ${EXTENSION}/event/next`:
        return this.#next(response);
      case `POST ${EXTENSION}/init/error`:
        return this.#takeInitError(request, text, response);
      case 'PUT /2022-07-01/telemetry':
        return this.#subscribe(text, response);
      default:
        response.writeHead(404).end('404 page not found\n');
    }
  }

  #register({ headers }: IncomingMessage, text: string, response: ServerResponse): void {
    const name = headers['lambda-extension-name'];
    if (typeof name !== 'string' || name === '')
      return json(response, 403, problem('Extension.InvalidExtensionName', 'Empty extension name'));
    const { events } = JSON.parse(text) as { events: string[] };
    const refused = this.#options.isManaged && events.includes('INVOKE');
    if (refused)
      return json(response, 403, problem('Extension.InvalidEventType', 'INVOKE: event not supported'));
    this.registered = { name, events };
    response.setHeader('lambda-extension-identifier', this.extensionId);
    json(response, 200, { functionName: 'function', functionVersion: '$LATEST', handler: 'index.handler' });
  }

  #refuseIdentifier({ headers }: IncomingMessage): object | undefined {
    const id = headers['lambda-extension-identifier'];
    if (id === undefined)
      return problem('Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header');
    if (id !== this.extensionId || this.registered === undefined)
      return problem('Extension.UnknownExtensionIdentifier', `Unknown extension ${id}`);
    return undefined;
  }

  #next(response: ServerResponse): void {
    if (this.#extensionWaits !== undefined)
      return json(response, 403, problem('Extension.InvalidExtensionState', 'State transition failed'));
    this.#extensionWaits = response;
    this.extensionNexts++;
    this.lastExtensionNextMs = performance.now();
    response.once('close', () => {
      if (this.#extensionWaits === response) this.#extensionWaits = undefined;
    });
  }

  #takeInitError({ headers }: IncomingMessage, text: string, response: ServerResponse): void {
    const type = headers['lambda-extension-function-error-type'];
    if (type === undefined)
      return json(
        response,
        403,
        problem('Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found'),
      );
    this.initError = { type: String(type), body: JSON.parse(text) };
    json(response, 202, { status: 'OK' });
  }

  #subscribe(text: string, response: ServerResponse): void {
    const { telemetry = 'supported' } = this.#options;
    if (telemetry === 'unsupported')
      return json(response, 202, problem('Telemetry.NotSupported', 'Telemetry API is not supported'));
    const { schemaVersion, types, buffering, destination } = JSON.parse(text);
    const { protocol, URI } = destination;
    const url = new URL(URI);
    const isSound =
      telemetry === 'supported' &&
      ['2022-07-01', '2022-12-13', '2025-01-29'].includes(schemaVersion) &&
      protocol === 'HTTP' &&
      url.hostname === 'sandbox.localdomain' &&
      buffering.timeoutMs >= 25 &&
      buffering.maxItems >= 1000 &&
      buffering.maxBytes >= 262_144;
    if (!isSound) return json(response, 400, problem('ValidationError', 'the subscription is not valid'));
    this.subscription = { types, buffering, port: Number(url.port) };
    json(response, 200, 'OK');
  }

  #answerRuntime(call: string, text: string, response: ServerResponse): void {
    if (call === 'GET /invocation/next') {
      this.#runtimeWaits = response;
      return;
    }
    const [, requestId = '', kind] = /^POST \/invocation\/([^/]+)\/(response|error)$/.exec(call) ?? [];
    const resolve = this.#responses.get(requestId);
    if (resolve === undefined) return json(response, 400, problem('InvalidRequestID', 'Invalid request ID'));
    this.#responses.delete(requestId);
    json(response, 202, { status: 'OK' });
    resolve(kind === 'error' ? { error: JSON.parse(text) } : JSON.parse(text));
  }
}

export function startOf(requestId: string): TelemetryEvent {
  return { time: now(), type: 'platform.start', record: { requestId, version: '$LATEST' } };
}

export function doneOf(requestId: string): TelemetryEvent {
  const metrics = { durationMs: 1.5, producedBytes: 2 };
  return { time: now(), type: 'platform.runtimeDone', record: { requestId, status: 'success', metrics } };
}

function invokeEvent(requestId: string, deadlineMs: number) {
  const invokedFunctionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:function';
  const tracing = { type: 'X-Amzn-Trace-Id', value: 'Root=1-5f35ae12-0c0fec141ab77a00bc047aa2' };
  return { eventType: 'INVOKE', deadlineMs, requestId, invokedFunctionArn, tracing };
}

function now(): string {
  return new Date().toISOString();
}

function problem(errorType: string, errorMessage: string) {
  return { errorMessage, errorType };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
