// The connections to one origin and the requests over them. When a TLS file changes on disk, new connections are made: no
// request gets a connection that was made with replaced TLS material.
import { Pool } from 'undici';
import type { TlsConfig } from '../../config/config.ts';
import type { Clock, Timer } from '../../telemetry/clock.ts';
import { Connector } from './connector.ts';
import { type HttpAnswer, type HttpRequest, type RequestLimits, sendRequest } from './http-request.ts';
import type { ChooseProxy } from './proxy-route.ts';
import { TlsMaterial } from './tls-material.ts';

export interface ConnectionPoolOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly tlsConfig: TlsConfig;
  readonly chooseProxy: ChooseProxy;
  readonly connections: number;
  /** For one connection. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly onTlsReloaded: () => void;
  /** Changed files cannot be used; called once for each change. */
  readonly onTlsUnusable: (detail: string) => void;
}

interface OpenPool {
  readonly pool: Pool;
  readonly connector: Connector;
}

const KEEP_ALIVE_MS = 60_000;

class RenewedConnection extends Error {
  readonly code = 'ECONNABORTED';
  override readonly name = 'RenewedConnection';

  constructor() {
    super('no answer since before a pause: the connection may be dead');
  }
}

export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #tls: TlsMaterial;
  /** Pools of replaced TLS material, until their last request has ended. */
  readonly #retiring = new Set<OpenPool>();
  /** One for each renewed pool, until what goes on over it is given up. */
  readonly #renewals = new Set<Timer>();
  #current: OpenPool;

  /** Throws an Error that names the TLS file that cannot be used. */
  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#tls = new TlsMaterial(options.tlsConfig);
    this.#current = this.#openPool();
  }

  /** Rejects with the error of the connection. */
  async request(request: HttpRequest, limits: RequestLimits): Promise<HttpAnswer> {
    this.#refreshTls();
    return sendRequest(this.#current.pool, this.#addressed(request), limits);
  }

  /**
   * For when the open connections may be dead without a sign of it. Requests from now on make new ones. A request that
   * still goes on over an old one after `graceMs` fails, so that it is retried.
   */
  renew(graceMs: number): void {
    const old = this.#current;
    this.#retire(old);
    this.#current = this.#openPool();
    const timer = this.#options.clock.setTimer(() => {
      this.#renewals.delete(timer);
      destroyPool(old, new RenewedConnection()).catch(() => undefined);
    }, graceMs);
    this.#renewals.add(timer);
  }

  /** Ends every connection; requests that are still going on fail. */
  async close(): Promise<void> {
    for (const timer of this.#renewals) timer.cancel();
    await Promise.all([...this.#retiring, this.#current].map((open) => destroyPool(open)));
  }

  /** A proxy for plain HTTP gets the whole URL (RFC 9112, section 3.2.2) and its own credentials. */
  #addressed(request: HttpRequest): HttpRequest {
    const { origin, chooseProxy } = this.#options;
    const route = origin.startsWith('http:') ? chooseProxy(new URL(origin)) : undefined;
    if (route === undefined) return request;
    const { authorization } = route;
    const credentials = authorization === undefined ? {} : { 'proxy-authorization': authorization.reveal() };
    return { ...request, path: origin + request.path, headers: { ...request.headers, ...credentials } };
  }

  #refreshTls(): void {
    const refresh = this.#tls.refresh();
    switch (refresh.kind) {
      case 'unchanged':
        return;
      case 'unusable':
        this.#options.onTlsUnusable(refresh.detail);
        return;
      case 'reloaded':
        this.#retire(this.#current);
        this.#current = this.#openPool();
        this.#options.onTlsReloaded();
    }
  }

  #retire(old: OpenPool): void {
    this.#retiring.add(old);
    // If a destroy overtakes the close, that is no error: the pool is closed either way.
    const done = () => this.#retiring.delete(old);
    old.pool.close().then(done, done);
  }

  #openPool(): OpenPool {
    const { origin, connections } = this.#options;
    const connector = new Connector({ ...this.#options, context: () => this.#tls.context() });
    const pool = new Pool(origin, {
      connect: connector.connect,
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Each request has its own time limit, which covers all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { pool, connector };
  }
}

async function destroyPool({ pool, connector }: OpenPool, why: Error | null = null): Promise<void> {
  connector.destroy();
  await pool.destroy(why);
}
