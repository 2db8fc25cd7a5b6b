// The connections to one origin, made anew when a TLS file changes on disk, and the requests over them.
// No request gets a connection that was made with replaced TLS material.
import { Pool } from 'undici';
import type { TlsConfig } from '../../config/config.ts';
import type { Clock, Timer } from '../../telemetry/clock.ts';
import { type AttemptEnd, type AttemptLimits, type AttemptRequest, attempt } from './attempt.ts';
import { Connector } from './connector.ts';
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
  /** Changed files cannot be used; told once for each change. */
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
  /** Of those that were renewed, until what goes on over them is given up. */
  readonly #renewals = new Set<Timer>();
  #current: OpenPool;

  /** Throws an Error that names the file where one for TLS cannot be used. */
  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#tls = new TlsMaterial(options.tlsConfig);
    this.#current = this.#openPool();
  }

  attempt(request: AttemptRequest, limits: AttemptLimits): Promise<AttemptEnd> {
    this.#refreshTls();
    return attempt(this.#current.pool, this.#forTheWay(request), limits);
  }

  /**
   * For when the connections that there are may be dead without a sign of it. Attempts from now on make new ones; what
   * is still going on over the old ones in `graceMs` fails, so that it is tried anew.
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

  /** Ends every connection; attempts that are still going on fail. */
  async close(): Promise<void> {
    for (const timer of this.#renewals) timer.cancel();
    await Promise.all([...this.#retiring, this.#current].map((open) => destroyPool(open)));
  }

  /** A proxy for plain HTTP is told the whole URL (RFC 9112, section 3.2.2) and its own credentials. */
  #forTheWay(request: AttemptRequest): AttemptRequest {
    const { origin, chooseProxy } = this.#options;
    const route = origin.startsWith('http:') ? chooseProxy(new URL(origin)) : undefined;
    if (route === undefined) return request;
    const { authorization } = route;
    const credentials = authorization === undefined ? [] : ['proxy-authorization', authorization.reveal()];
    return { ...request, path: origin + request.path, headers: [...request.headers, ...credentials] };
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
    // A close that is overtaken by a destroy is no error: the pool is gone either way.
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
      // The attempt has a time limit of its own that covers all of it.
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
