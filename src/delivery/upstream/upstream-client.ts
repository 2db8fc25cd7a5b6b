// The client of one backend, shared by its lanes: puts the layers of one attempt together and blanks secrets out of what the
// backend says. Retries are the caller's.
import type { BackendConfig } from '../../config/config.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';
import { type AuthDeps, type BackendAuth, withHeaders } from '../auth/backend-auth.ts';
import { HeaderAuth } from '../auth/header-auth.ts';
import { configuredSecrets, type KnownSecrets } from '../auth/known-secrets.ts';
import { OAuth2Auth } from '../auth/oauth2-auth.ts';
import { SigV4Auth } from '../auth/sigv4-auth.ts';
import type { AttemptOutcome, Sender } from '../block/send-outcome.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import { parseTarget } from '../http/http-request.ts';
import { proxyChoice } from '../http/proxy-route.ts';
import { MessageV2Sender } from './message-v2-sender.ts';
import { PostSender } from './post-sender.ts';

export interface UpstreamDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly userAgent: string;
}

/** How much is logged of a backend's words, or an error's. */
const MAX_DETAIL = 1024;

export class UpstreamClient implements Sender {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #pool: ConnectionPool;
  readonly #auth: BackendAuth;
  readonly #configured: KnownSecrets;
  /** Undefined for a backend that is sent remote write 1.0. */
  readonly #messages: MessageV2Sender | undefined;

  /** Throws an Error that names the file, for TLS or credentials, that cannot be used. */
  constructor(backend: BackendConfig, { events, clock, userAgent }: UpstreamDeps) {
    const { name, url, headers, tlsConfig, queueConfig, remoteTimeout, messageVersion } = backend;
    const { env } = process;
    const { origin, path } = parseTarget(url);
    const chooseProxy = proxyChoice(backend, env);
    const shared = {
      clock,
      onTlsReloaded: () => events.tlsReloaded({ backend: name }),
      onTlsUnusable: (detail: string) => events.tlsUnreadable({ backend: name, detail }),
    };
    const connections = { connections: queueConfig.shards, timeoutMs: remoteTimeout };
    this.#headers = { 'user-agent': userAgent, ...headers };
    this.#configured = configuredSecrets(backend, chooseProxy(new URL(url)));
    this.#pool = new ConnectionPool({ ...shared, ...connections, origin, tlsConfig, chooseProxy });
    const post = new PostSender(backend, { pool: this.#pool, path, clock });
    const onUnreadable = (detail: string) => events.credentialsUnreadable({ backend: name, detail });
    this.#auth = createAuth(backend, { ...shared, next: post, userAgent, env, onUnreadable });
    if (messageVersion === 'V2.0')
      this.#messages = new MessageV2Sender(backend, { events, clock, next: this.#auth });
    else events.messageVersionChosen(name, 1);
  }

  async send(block: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    const layers = this.#messages ?? this.#auth;
    const outcome = await layers.send(withHeaders(block, this.#headers), signal);
    return outcome.kind === 'delivered' ? outcome : { ...outcome, detail: this.#redact(outcome.detail) };
  }

  /** Keeps the metadata of a push that is queued; only a backend that is sent remote write 2.0 needs it. */
  noteMetadata(fields: Uint8Array): void {
    this.#messages?.noteMetadata(fields);
  }

  /** Open connections may be dead: a request that gets no answer over one within `graceMs` is retried over a new one. */
  renewConnections(graceMs: number): void {
    this.#pool.renew(graceMs);
    this.#auth.renewConnections?.(graceMs);
  }

  /** Ends every connection; requests that are still going on fail. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#auth.close()]);
  }

  /** A backend may repeat what it was sent. Cut only afterwards: a part of a credential would not be recognised. */
  #redact(detail: string): string {
    return this.#configured.redact(this.#auth.redact(detail)).slice(0, MAX_DETAIL);
  }
}

/** The authentication that the configuration names; there is at most one. */
function createAuth(backend: BackendConfig, deps: AuthDeps): BackendAuth {
  if (backend.oauth2 !== undefined) return new OAuth2Auth(backend.oauth2, backend, deps);
  if (backend.sigv4 !== undefined) return new SigV4Auth(backend.sigv4, backend, deps);
  return new HeaderAuth(backend, deps);
}
