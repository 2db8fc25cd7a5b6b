// Lambda's Extensions API and Telemetry API, as one registered extension uses them. Whoever holds an ExtensionsApi is
// registered: its identifier goes with every call.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
import { Agent } from 'node:http';
import { type ApiAnswer, requestApi } from './api-request.ts';
import { type ExtensionEvent, parseExtensionEvent } from './extension-event.ts';

export interface Registration {
  /** AWS_LAMBDA_RUNTIME_API: host and port. */
  readonly endpoint: string;
  /** The name of the file in /opt/extensions, by which Lambda knows the extension. */
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

  /** Says that nothing is left to do, and waits for the next event: the environment may be frozen meanwhile. */
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
