// Carries the requests of AWS's credential library over Sluice's own connections, so that they take the same proxy and have
// the same limits. The library calls this a request handler (https://smithy.io/2.0/).
import type { HttpRequest, HttpResponse, QueryParameterBag } from '@smithy/types';
import type { Clock } from '../../telemetry/clock.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import type { ChooseProxy } from '../http/proxy-route.ts';

export interface AwsRequestHandlerOptions {
  readonly chooseProxy: ChooseProxy;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const NO_ABORT = new AbortController().signal;

export class AwsRequestHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: AwsRequestHandlerOptions;
  /** By origin: the token service, and single sign-on if a profile asks for it. */
  readonly #pools = new Map<string, ConnectionPool>();

  constructor(options: AwsRequestHandlerOptions) {
    this.#options = options;
  }

  /** Rejects with the error of the connection. */
  async handle(
    request: HttpRequest,
    { abortSignal }: { abortSignal?: unknown } = {},
  ): Promise<{ response: HttpResponse }> {
    const { protocol, hostname, port, method, headers } = request;
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const answer = await this.#pool(origin).request(
      {
        method: method === 'GET' || method === 'PUT' ? method : 'POST',
        path: request.path + queryOf(request.query ?? {}),
        headers: withoutLength(headers),
        body: bytesOf(request.body),
      },
      {
        timeoutMs: this.#options.timeoutMs,
        signal: abortSignal instanceof AbortSignal ? abortSignal : NO_ABORT,
        clock: this.#options.clock,
        wantsBody: true,
      },
    );
    const { status, body } = answer;
    return { response: { statusCode: status, headers: joined(answer.headers), body } };
  }

  /** The library calls this and the next one; there is nothing to set. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  renewConnections(graceMs: number): void {
    for (const pool of this.#pools.values()) pool.renew(graceMs);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #pool(origin: string): ConnectionPool {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new ConnectionPool({
        ...this.#options,
        origin,
        tlsConfig: { minVersion: 'TLS12', insecureSkipVerify: false },
        connections: 1,
        onTlsReloaded: () => {},
        onTlsUnusable: () => {},
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }
}

function queryOf(query: QueryParameterBag): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map(
      (text) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`,
    ),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** undici sets it. */
function withoutLength(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
  );
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : '');
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const pairs = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
}
