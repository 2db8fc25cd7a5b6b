// OAuth 2.0 client credentials: a token that all lanes of a backend share. It is fetched again before it expires, and after
// the backend has refused it.
import type { BackendConfig, OAuth2Config } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { AttemptOutcome, Retry } from '../block/send-outcome.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import { parseTarget } from '../http/http-request.ts';
import { type ProxyRoute, proxyChoice } from '../http/proxy-route.ts';
import { WatchedFile } from '../http/watched-file.ts';
import { type AuthDeps, type BackendAuth, withHeaders } from './backend-auth.ts';
import { KnownSecrets, MIN_SECRET_LENGTH } from './known-secrets.ts';
import { type Fetched, RenewedValue } from './renewed-value.ts';
import {
  basicCredentials,
  requestToken,
  type SecretStyle,
  type Token,
  TokenFailure,
} from './token-request.ts';

const EARLY_MS = 30_000;
/** For a token whose endpoint does not say. */
const UNKNOWN_LIFETIME_MS = 3_600_000;
/** An endpoint that does not take the secret shown this way, or does not see it there, answers with one of these. */
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
  /** The style that has worked. */
  #style: SecretStyle | undefined;

  /** Throws an Error that names the file, for TLS or with the secret, that cannot be used. */
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

  async send(block: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    let token: string;
    try {
      token = await this.#token.get(signal);
    } catch (error) {
      return noToken(error);
    }
    const request = withHeaders(block, { authorization: `Bearer ${token}` });
    const outcome = await this.#deps.next.send(request, signal);
    // The next attempt gets another one.
    if (outcome.status === 401) this.#token.drop(token);
    return outcome;
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
      // The answer to the usual way says more than the answer to the other one.
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

/** What the endpoint gets and may repeat. */
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

function noToken(error: unknown): Retry {
  const detail = error instanceof Error ? error.message : String(error);
  const { status = 0, afterMs } = error instanceof TokenFailure ? error : {};
  // The endpoint understands us and does not know us: asking again soon would not help.
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

interface SecretSource {
  /** The secret as it is now. */
  text(): string;
}

/**
 * From the configuration, or from a file that is read again when it changes. Throws an Error that names the file if it
 * cannot be used. Later trouble leaves the last good secret in use, and `onUnreadable` is called once for each change.
 */
function secretSource(
  inline: Secret | undefined,
  path: string | undefined,
  onUnreadable: (detail: string) => void,
): SecretSource {
  if (path === undefined) return { text: () => inline?.reveal() ?? '' };
  const file = new WatchedFile(path, 'client secret file');
  let secret = readSecret(file);
  const refresh = () => {
    try {
      secret = readSecret(file);
    } catch (error) {
      onUnreadable(error instanceof Error ? error.message : 'Cannot read client secret');
    }
  };
  return {
    text: () => {
      if (file.hasChanged()) refresh();
      return secret;
    },
  };
}

function readSecret(file: WatchedFile): string {
  const text = file.read().replace(/[\r\n]+$/, '');
  if (/^[^\p{Cc}]+$/u.test(text)) return text;
  const found = text === '' ? 'an empty file' : 'others';
  throw new Error(
    `Cannot use client secret file ${file.path}: expected one line of printable characters, found ${found}`,
  );
}
