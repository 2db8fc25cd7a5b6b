// The client of one backend: turns a block into a POST and its end into a AttemptOutcome. It never retries by itself.
import type { BackendConfig } from '../../config/config.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';
import type { Authenticated, BackendAuth } from '../auth/backend-auth.ts';
import { createAuth } from '../auth/create-auth.ts';
import type { AttemptOutcome } from '../block/send-outcome.ts';
import type { AttemptEnd } from '../http/attempt.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import { proxyChoice } from '../http/proxy-route.ts';
import { parseTarget, type Target } from '../http/target.ts';
import { endOutcome, type PostEnd } from './answer-outcome.ts';
import { ConfiguredSecrets } from './configured-secrets.ts';
import { MessageV2Sender } from './message-v2-sender.ts';

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
  /** Undefined where the backend is sent remote write 1.0. */
  readonly #messages: MessageV2Sender | undefined;

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
    this.#messages = this.#openMessages();
  }

  /** `retries` is 0 for a block's first attempt. */
  async send(block: Block, retries: number, signal: AbortSignal): Promise<AttemptOutcome> {
    const outcome = this.#messages
      ? await this.#messages.send(block, retries, signal)
      : endOutcome(
          await this.#post(block, retries, signal),
          this.#backend.queueConfig,
          this.#deps.clock.nowMs(),
        );
    return outcome.kind === 'delivered' ? outcome : { ...outcome, detail: this.#redact(outcome.detail) };
  }

  /** Takes note of the metadata of a push that is queued; needed for a backend that is sent remote write 2.0 only. */
  noteMetadata(fields: Uint8Array): void {
    this.#messages?.noteMetadata(fields);
  }

  /** Trusts no connection that there is: what gets no answer over one in `graceMs` is tried again over a new one. */
  renewConnections(graceMs: number): void {
    this.#pool.renew(graceMs);
    this.#auth.renewConnections?.(graceMs);
  }

  /** Ends every connection; attempts that are still going on fail. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#auth.close()]);
  }

  async #post(request: Block, retries: number, signal: AbortSignal): Promise<PostEnd> {
    const { origin, path } = this.#target;
    const { body } = request;
    const headers = this.#headersOf(request, retries);
    const unsigned = { method: 'POST', origin, path, headers, body } as const;
    const authenticated = await this.#auth.authenticate(unsigned, signal);
    if (authenticated.kind !== 'ready') return authenticated;
    const limits = { timeoutMs: this.#backend.remoteTimeout, signal, clock: this.#deps.clock };
    const signed = { path, headers: [...headers, ...authenticated.headers], body };
    const end = await this.#pool.attempt(signed, limits);
    tellRefusal(authenticated, end);
    return end;
  }

  #openMessages(): MessageV2Sender | undefined {
    const { events, clock } = this.#deps;
    const { name, messageVersion } = this.#backend;
    if (messageVersion === 'V2.0')
      return new MessageV2Sender(this.#backend, {
        events,
        clock,
        post: (request, retries, signal) => this.#post(request, retries, signal),
      });
    events.messageVersionChosen(name, 1);
    return undefined;
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
function tellRefusal(authenticated: Authenticated, end: AttemptEnd): void {
  if (authenticated.kind !== 'ready' || end.kind !== 'answered') return;
  const { status } = end;
  if (status === 401 || status === 403) authenticated.onRefused?.(status);
}
