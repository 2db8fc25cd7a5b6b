// The client of one backend: turns a block into a POST and its end into a SendOutcome. It never retries by itself.
import { Pool } from 'undici';
import type { BackendConfig } from '../config/config.ts';
import type { Block } from '../remotewrite/block.ts';
import type { SendOutcome } from '../remotewrite/send-outcome.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { DeliveryEvents } from '../telemetry/events.ts';
import { answerOutcome } from './answer-outcome.ts';
import { attempt } from './attempt.ts';
import { ConfiguredSecrets } from './configured-secrets.ts';
import { Connector } from './connector.ts';
import { Credentials } from './credentials.ts';
import { parseTarget, type Target } from './target.ts';
import { TlsMaterial } from './tls-material.ts';
import { transportFailure } from './transport-reason.ts';

export interface UpstreamDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly userAgent: string;
}

interface OpenPool {
  readonly pool: Pool;
  readonly connector: Connector;
}

const KEEP_ALIVE_MS = 60_000;

/** What of a backend's words, or an error's, is logged. */
const MAX_DETAIL = 1024;

export class UpstreamClient {
  readonly #backend: BackendConfig;
  readonly #deps: UpstreamDeps;
  readonly #target: Target;
  readonly #credentials: Credentials;
  readonly #configured: ConfiguredSecrets;
  readonly #tls: TlsMaterial;
  readonly #headers: readonly string[];
  /** Pools of replaced TLS material, until their last request has ended. */
  readonly #retiring = new Set<OpenPool>();
  #current: OpenPool;

  /** Throws an Error that names the file where one for TLS or credentials cannot be used. */
  constructor(backend: BackendConfig, deps: UpstreamDeps) {
    const { name, url, headers, tlsConfig } = backend;
    this.#backend = backend;
    this.#deps = deps;
    this.#target = parseTarget(url);
    this.#configured = new ConfiguredSecrets(backend);
    this.#tls = new TlsMaterial(tlsConfig);
    this.#credentials = new Credentials(backend, (detail) =>
      deps.events.credentialsUnreadable({ backend: name, detail }),
    );
    this.#headers = ['user-agent', deps.userAgent, ...Object.entries(headers).flat()];
    this.#current = this.#openPool();
  }

  /** `retries` is 0 for a block's first attempt. */
  async send(block: Block, retries: number, signal: AbortSignal): Promise<SendOutcome> {
    this.#refreshTls();
    const request = { path: this.#target.path, headers: this.#headersOf(block, retries), body: block.body };
    const { clock } = this.#deps;
    const end = await attempt(this.#current.pool, request, {
      timeoutMs: this.#backend.remoteTimeout,
      signal,
      clock,
    });
    const outcome: SendOutcome =
      end.kind === 'answered'
        ? answerOutcome(end, this.#backend.queueConfig, clock.nowMs())
        : { kind: 'retry', ...transportFailure(end.error) };
    return outcome.kind === 'delivered' ? outcome : { ...outcome, detail: this.#redact(outcome.detail) };
  }

  /** Ends every connection; attempts that are still going on fail. */
  async close(): Promise<void> {
    await Promise.all([...this.#retiring, this.#current].map(destroyPool));
  }

  #headersOf(block: Block, retries: number): string[] {
    const headers = Object.entries(block.headers).flat().concat(this.#headers);
    if (retries > 0) headers.push('retry-attempt', String(retries));
    const authorization = this.#credentials.authorization();
    if (authorization !== undefined) headers.push('authorization', authorization);
    return headers;
  }

  /** A backend may repeat what it was sent. Cut only afterwards: a part of a credential would not be recognised. */
  #redact(detail: string): string {
    return this.#configured.redact(this.#credentials.redact(detail)).slice(0, MAX_DETAIL);
  }

  #refreshTls(): void {
    const { name: backend } = this.#backend;
    const refresh = this.#tls.refresh();
    switch (refresh.kind) {
      case 'unchanged':
        return;
      case 'unusable':
        this.#deps.events.tlsUnreadable({ backend, detail: refresh.detail });
        return;
      case 'reloaded':
        this.#retire(this.#current);
        this.#current = this.#openPool();
        this.#deps.events.tlsReloaded({ backend });
    }
  }

  #retire(old: OpenPool): void {
    this.#retiring.add(old);
    // A close that is overtaken by a destroy is no error: the pool is gone either way.
    const done = () => this.#retiring.delete(old);
    old.pool.close().then(done, done);
  }

  #openPool(): OpenPool {
    const { queueConfig, tlsConfig, remoteTimeout } = this.#backend;
    const { clock } = this.#deps;
    const context = () => this.#tls.context();
    const connector = new Connector({ tlsConfig, context, timeoutMs: remoteTimeout, clock });
    const pool = new Pool(this.#target.origin, {
      connect: connector.connect,
      connections: queueConfig.shards,
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

async function destroyPool({ pool, connector }: OpenPool): Promise<void> {
  connector.destroy();
  await pool.destroy();
}
