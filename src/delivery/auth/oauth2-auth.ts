// OAuth 2.0 client credentials: a token that all lanes of a backend share, fetched again before it ends and after the
// backend has refused it.
import type { BackendConfig, OAuth2Config } from '../../config/config.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import { type ProxyRoute, proxyChoice } from '../http/proxy-route.ts';
import { parseTarget } from '../http/target.ts';
import type { AuthDeps, Authenticated, BackendAuth, Retry, UnsignedRequest } from './backend-auth.ts';
import { KnownSecrets } from './known-secrets.ts';
import { type Fetched, RenewedValue } from './renewed-value.ts';
import { type SecretSource, secretSource } from './secret-source.ts';
import {
  basicCredentials,
  requestToken,
  type SecretStyle,
  type Token,
  TokenFailure,
} from './token-request.ts';

const EARLY_MS = 30_000;
/** Of a token whose endpoint does not say. */
const UNKNOWN_LIFETIME_MS = 3_600_000;
/** Shorter parameters guard nothing, and blanking them would make other words unreadable. */
const MIN_SECRET_LENGTH = 8;
/** Answers of an endpoint that knows us and refuses the secret shown this way, or does not see it there. */
const OTHER_STYLE: readonly (number | undefined)[] = [400, 401, 403];

export class OAuth2Auth implements BackendAuth {
  readonly #config: OAuth2Config;
  readonly #timeoutMs: number;
  readonly #deps: AuthDeps;
  readonly #pool: ConnectionPool;
  readonly #proxy: ProxyRoute | undefined;
  readonly #clientSecret: SecretSource;
  readonly #token: RenewedValue<string>;
  readonly #secrets = new KnownSecrets();
  /** The one that has worked. */
  #style: SecretStyle | undefined;

  /** Throws an Error that names the file where one for TLS or the secret cannot be used. */
  constructor(config: OAuth2Config, { remoteTimeout }: Pick<BackendConfig, 'remoteTimeout'>, deps: AuthDeps) {
    this.#config = config;
    this.#timeoutMs = remoteTimeout;
    this.#deps = deps;
    const { clientSecret, clientSecretFile, tokenUrl, tlsConfig } = config;
    this.#clientSecret = secretSource(clientSecret, clientSecretFile, deps.onUnreadable);
    const chooseProxy = proxyChoice(config, deps.env);
    this.#proxy = chooseProxy(new URL(tokenUrl));
    this.#pool = new ConnectionPool({
      ...deps,
      origin: parseTarget(tokenUrl).origin,
      tlsConfig,
      chooseProxy,
      connections: 1,
      timeoutMs: remoteTimeout,
    });
    const { clock } = deps;
    this.#token = new RenewedValue({ clock, earlyMs: EARLY_MS, fetch: (signal) => this.#fetch(signal) });
  }

  async authenticate(_: UnsignedRequest, signal: AbortSignal): Promise<Authenticated> {
    try {
      const token = await this.#token.get(signal);
      return {
        kind: 'ready',
        headers: ['authorization', `Bearer ${token}`],
        onRefused: (status) => {
          if (status === 401) this.#token.drop(token);
        },
      };
    } catch (error) {
      return { kind: 'unavailable', outcome: unavailable(error) };
    }
  }

  redact(text: string): string {
    return this.#secrets.redact(text);
  }

  renewConnections(graceMs: number): void {
    this.#pool.renew(graceMs);
  }

  async close(): Promise<void> {
    this.#token.close();
    await this.#pool.close();
  }

  async #fetch(signal: AbortSignal): Promise<Fetched<string>> {
    const { accessToken, lifetimeMs } = await this.#request(signal);
    this.#secrets.add(accessToken);
    return { value: accessToken, lifetimeMs: lifetimeMs ?? UNKNOWN_LIFETIME_MS };
  }

  async #request(signal: AbortSignal): Promise<Token> {
    const first = this.#style ?? 'basic';
    try {
      return await this.#requestBy(first, signal);
    } catch (error) {
      const mayBeStyle = error instanceof TokenFailure && OTHER_STYLE.includes(error.status);
      if (!mayBeStyle || this.#style !== undefined) throw error;
      // What the usual way was answered says more than what the other way is.
      return this.#requestBy('post', signal).catch(() => {
        throw error;
      });
    }
  }

  async #requestBy(style: SecretStyle, signal: AbortSignal): Promise<Token> {
    const clientSecret = this.#clientSecret.text();
    const ofProxy = (this.#proxy?.secrets ?? []).map((secret) => secret.reveal());
    this.#secrets.add(...secretsOf(this.#config, clientSecret), ...ofProxy);
    const { clock, userAgent } = this.#deps;
    const token = await requestToken({
      config: this.#config,
      clientSecret,
      style,
      pool: this.#pool,
      userAgent,
      timeoutMs: this.#timeoutMs,
      signal,
      clock,
    });
    this.#style = style;
    return token;
  }
}

/** What the endpoint is sent and may repeat. */
function secretsOf({ clientId, endpointParams }: OAuth2Config, clientSecret: string): string[] {
  const params = Object.values(endpointParams).map((secret) => secret.reveal());
  return [
    basicCredentials(clientId, clientSecret),
    ...encodings(clientSecret),
    ...params.filter((text) => text.length >= MIN_SECRET_LENGTH).flatMap(encodings),
  ];
}

/** As it is, in a header, and in a form. */
function encodings(text: string): string[] {
  return [text, encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1)];
}

function unavailable(error: unknown): Retry {
  const detail = error instanceof Error ? error.message : String(error);
  const { status = 0, afterMs } = error instanceof TokenFailure ? error : {};
  // Asking again soon would not help: the endpoint understands us, and does not know us.
  const refusesAccess = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return {
    kind: 'retry',
    reason: 'oauth2_token',
    detail,
    isOurFault: true,
    ...(refusesAccess ? { refusesAccess } : {}),
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}
