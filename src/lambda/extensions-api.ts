// Lambda's Extensions API and Telemetry API, as one registered extension uses them. An ExtensionsApi is registered: its
// identifier goes with every call. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
import { Agent, request } from 'node:http';

export interface Registration {
  /** AWS_LAMBDA_RUNTIME_API: host and port. */
  readonly endpoint: string;
  /** The name of the file in /opt/extensions, which is the extension's name for Lambda. */
  readonly name: string;
  readonly events: readonly ('INVOKE' | 'SHUTDOWN')[];
}

/** Lambda has answered with a status that means no. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;

  constructor(what: string, { status, text }: ApiAnswer) {
    super(`Cannot ${what}: expected Lambda to agree, found status ${status} ${text.slice(0, 300)}`.trimEnd());
    this.status = status;
  }
}

const EXTENSION_PATH = '/2020-01-01/extension';
const TELEMETRY_PATH = '/2022-07-01/telemetry';
/** For calls that are answered at once, when all is loaded: until then no timer is kept to. */
const CALL_MS = 2000;
/** What may come at one time is small: three events for an invocation. */
const BUFFERING = { maxItems: 1000, maxBytes: 256 * 1024, timeoutMs: 25 };

export class ExtensionsApi {
  readonly #endpoint: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;

  private constructor(endpoint: string, identifier: string, agent: Agent) {
    this.#endpoint = endpoint;
    this.#headers = { 'lambda-extension-identifier': identifier };
    this.#agent = agent;
  }

  /** Rejects with an ApiRefusal, or with the error of the connection. */
  static async register({ endpoint, name, events }: Registration): Promise<ExtensionsApi> {
    const agent = new Agent({ keepAlive: true });
    const headers = { 'lambda-extension-name': name };
    const call = { agent, endpoint, headers, body: { events } };
    const answer = await requestApi({ ...call, method: 'POST', path: `${EXTENSION_PATH}/register` });
    const identifier = answer.headers['lambda-extension-identifier'];
    if (answer.status !== 200 || typeof identifier !== 'string') throw new ApiRefusal('register', answer);
    return new ExtensionsApi(endpoint, identifier, agent);
  }

  /** Reports that nothing is left to do, and waits for the next event. The environment may be frozen until then. */
  async next(): Promise<ExtensionEvent> {
    const answer = await this.#call('GET', `${EXTENSION_PATH}/event/next`);
    if (answer.status !== 200) throw new ApiRefusal('get the next event', answer);
    return parseExtensionEvent(answer.text);
  }

  /** Lambda ends the environment, and the invocation fails: nothing may be called afterwards. */
  async reportInitError(errorType: string, errorMessage: string): Promise<void> {
    const answer = await this.#call('POST', `${EXTENSION_PATH}/init/error`, {
      headers: { 'lambda-extension-function-error-type': errorType },
      body: { errorType, errorMessage, stackTrace: [] },
      timeoutMs: CALL_MS,
    });
    if (answer.status !== 202) throw new ApiRefusal('report the error', answer);
  }

  /** Asks for the platform's events, to be sent to `port`. False: this environment has no telemetry, as the emulator has none. */
  async subscribeTelemetry(port: number): Promise<boolean> {
    const answer = await this.#call('PUT', TELEMETRY_PATH, {
      body: {
        schemaVersion: '2022-12-13',
        types: ['platform'],
        buffering: BUFFERING,
        destination: { protocol: 'HTTP', URI: `http://sandbox.localdomain:${port}` },
      },
      timeoutMs: CALL_MS,
    });
    if (answer.status === 202) return false;
    if (answer.status !== 200) throw new ApiRefusal('subscribe to telemetry', answer);
    return true;
  }

  /** Ends the connections that are kept for the next call. */
  close(): void {
    this.#agent.destroy();
  }

  #call(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    rest: { headers?: Readonly<Record<string, string>>; body?: unknown; timeoutMs?: number } = {},
  ): Promise<ApiAnswer> {
    const headers = { ...this.#headers, ...rest.headers };
    return requestApi({ ...rest, agent: this.#agent, endpoint: this.#endpoint, method, path, headers });
  }
}

export interface ApiRequest {
  readonly agent: Agent;
  /** Host and port. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An event is some hundred bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Rejects with the error of the connection, of the time limit, or of an answer that does not end. */
function requestApi({ agent, endpoint, method, path, headers, body, timeoutMs }: ApiRequest) {
  return new Promise<ApiAnswer>((resolve, reject) => {
    const sent = request(
      `http://${endpoint}${path}`,
      {
        agent,
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
      },
      (response) => {
        const pieces: Buffer[] = [];
        let length = 0;
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > MAX_ANSWER_BYTES) response.destroy(tooLong(path, length));
          else pieces.push(piece);
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, text: Buffer.concat(pieces).toString() });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function tooLong(path: string, length: number): Error {
  return new Error(
    `Cannot read the answer of ${path}: expected at most ${MAX_ANSWER_BYTES} bytes, found ${length} and more`,
  );
}

export interface InvokeEvent {
  readonly kind: 'invoke';
  /** Repeats if Lambda repeats an asynchronous invocation that has failed. */
  readonly requestId: string;
  /** When the function times out, in ms since the epoch. */
  readonly deadlineMs: number;
}

export interface ShutdownEvent {
  readonly kind: 'shutdown';
  /** SPINDOWN, TIMEOUT or FAILURE; in lower case from the emulator. */
  readonly reason: string;
  /** When the extension is killed, in ms since the epoch. */
  readonly deadlineMs: number;
}

export type ExtensionEvent = InvokeEvent | ShutdownEvent;

/** Throws a SyntaxError that quotes what was found. */
export function parseExtensionEvent(text: string): ExtensionEvent {
  const { eventType, deadlineMs, requestId, shutdownReason } = parseObject(text);
  if (typeof deadlineMs !== 'number') throw malformed('a number as deadlineMs', text);
  if (eventType === 'SHUTDOWN') return { kind: 'shutdown', reason: String(shutdownReason), deadlineMs };
  if (eventType !== 'INVOKE') throw malformed('INVOKE or SHUTDOWN as eventType', text);
  if (typeof requestId !== 'string') throw malformed('a text as requestId', text);
  return { kind: 'invoke', requestId, deadlineMs };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) throw malformed('a JSON object', text);
  return value as Record<string, unknown>;
}

function malformed(wanted: string, text: string): SyntaxError {
  return new SyntaxError(
    `Cannot read the event of Lambda: expected ${wanted}, found ${JSON.stringify(text.slice(0, 200))}`,
  );
}
