// The client of one backend: turns a block into a POST and its end into a SendOutcome. It never retries by itself.
import type { BackendConfig } from '../config/config.ts';
import type { Block } from '../remotewrite/block.ts';
import type { SendOutcome } from '../remotewrite/send-outcome.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { DeliveryEvents } from '../telemetry/events.ts';
import { answerOutcome } from './answer-outcome.ts';
import type { AttemptRequest } from './attempt.ts';
import type { Authenticated, BackendAuth } from './auth/backend-auth.ts';
import { createAuth } from './auth/create-auth.ts';
import { ConfiguredSecrets } from './configured-secrets.ts';
import { ConnectionPool } from './connection-pool.ts';
import { proxyChoice } from './proxy-route.ts';
import { parseTarget, type Target } from './target.ts';
import { transportFailure } from './transport-reason.ts';

export interface UpstreamDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly userAgent: string;
}

/** What of a backend's words, or an error's, is logged. */
const MAX_DETAIL = 1024;

export class UpstreamClient {
  readonly #backend: BackendConfig;
  readonly #deps: UpstreamDeps;
  readonly #target: Target;
  readonly #auth: BackendAuth;
  readonly #configured: ConfiguredSecrets;
  readonly #headers: readonly string[];
  readonly #pool: ConnectionPool;

  /** Throws an Error that names the file where one for TLS or credentials cannot be used. */
  constructor(backend: BackendConfig, deps: UpstreamDeps) {
    const { name, url, headers, tlsConfig, queueConfig, remoteTimeout } = backend;
    const { events, clock, userAgent } = deps;
    this.#backend = backend;
    this.#deps = deps;
    this.#target = parseTarget(url);
    this.#headers = ['user-agent', userAgent, ...Object.entries(headers).flat()];
    const shared = {
      clock,
      onTlsReloaded: () => events.tlsReloaded({ backend: name }),
      onTlsUnusable: (detail: string) => events.tlsUnreadable({ backend: name, detail }),
    };
    const { env } = process;
    const chooseProxy = proxyChoice(backend, env);
    this.#configured = new ConfiguredSecrets(backend, chooseProxy(new URL(url)));
    this.#pool = new ConnectionPool({
      ...shared,
      origin: this.#target.origin,
      tlsConfig,
      chooseProxy,
      connections: queueConfig.shards,
      timeoutMs: remoteTimeout,
    });
    const onUnreadable = (detail: string) => events.credentialsUnreadable({ backend: name, detail });
    this.#auth = createAuth(backend, { ...shared, userAgent, env, onUnreadable });
  }

  /** `retries` is 0 for a block's first attempt. */
  async send(block: Block, retries: number, signal: AbortSignal): Promise<SendOutcome> {
    const { origin, path } = this.#target;
    const headers = this.#headersOf(block, retries);
    const unsigned = { method: 'POST', origin, path, headers, body: block.body } as const;
    const authenticated = await this.#auth.authenticate(unsigned, signal);
    const outcome =
      authenticated.kind === 'ready'
        ? await this.#attempt({ ...unsigned, headers: [...headers, ...authenticated.headers] }, signal)
        : authenticated.outcome;
    tellRefusal(authenticated, outcome);
    return outcome.kind === 'delivered' ? outcome : { ...outcome, detail: this.#redact(outcome.detail) };
  }

  async #attempt({ path, headers, body }: AttemptRequest, signal: AbortSignal): Promise<SendOutcome> {
    const { clock } = this.#deps;
    const limits = { timeoutMs: this.#backend.remoteTimeout, signal, clock };
    const end = await this.#pool.attempt({ path, headers, body }, limits);
    if (end.kind === 'failed') return { kind: 'retry', ...transportFailure(end.error) };
    return answerOutcome(end, this.#backend.queueConfig, clock.nowMs());
  }

  /** Ends every connection; attempts that are still going on fail. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#auth.close()]);
  }

  #headersOf(block: Block, retries: number): string[] {
    const headers = Object.entries(block.headers).flat().concat(this.#headers);
    if (retries > 0) headers.push('retry-attempt', String(retries));
    return headers;
  }

  /** A backend may repeat what it was sent. Cut only afterwards: a part of a credential would not be recognised. */
  #redact(detail: string): string {
    return this.#configured.redact(this.#auth.redact(detail)).slice(0, MAX_DETAIL);
  }
}

/** Credentials that were refused may be replaced before the next attempt. */
function tellRefusal(authenticated: Authenticated, outcome: SendOutcome): void {
  if (authenticated.kind !== 'ready' || outcome.kind !== 'retry') return;
  const { status } = outcome;
  if (status === 401 || status === 403) authenticated.onRefused?.(status);
}
