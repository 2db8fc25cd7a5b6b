// One request to an OAuth 2.0 token endpoint. oauth4webapi makes the request and reads the answer; Sluice's own connections
// carry them.

import {
  allowInsecureRequests,
  type ClientAuth,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import type { OAuth2Config } from '../../config/config.ts';
import { redactUrl } from '../../config/config-for-printing.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { parseRetryAfter, printable } from '../http/answer-text.ts';
import type { ConnectionPool } from '../http/connection-pool.ts';
import { type HttpAnswer, parseTarget } from '../http/http-request.ts';
import { transportFailure } from '../http/transport-reason.ts';

export interface Token {
  readonly accessToken: string;
  /** Undefined if the endpoint does not say. */
  readonly lifetimeMs: number | undefined;
}

/** How the client shows its secret (RFC 6749, section 2.3.1): each endpoint takes one of them, some both. */
export type SecretStyle = 'basic' | 'post';

export interface TokenRequest {
  readonly config: OAuth2Config;
  readonly clientSecret: string;
  readonly style: SecretStyle;
  readonly pool: ConnectionPool;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** No token came. The message may hold words of the endpoint, and with them secrets that it was sent. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  /** Of the endpoint's answer, if there was one. */
  readonly status: number | undefined;
  readonly afterMs: number | undefined;

  constructor(url: string, found: string, { status, afterMs }: { status?: number; afterMs?: number } = {}) {
    super(`Cannot get a token from ${redactUrl(url)}: expected an access token, found ${printable(found)}`);
    this.status = status;
    this.afterMs = afterMs;
  }
}

/** Rejects only with a TokenFailure. */
export async function requestToken(request: TokenRequest): Promise<Token> {
  const { config, clientSecret, style } = request;
  const server = { issuer: config.tokenUrl, token_endpoint: config.tokenUrl };
  const client = { client_id: config.clientId };
  const authentication = style === 'basic' ? secretInHeader(clientSecret) : secretInBody(clientSecret);
  let answer: HttpAnswer | undefined;
  try {
    const response = await clientCredentialsGrantRequest(
      server,
      client,
      authentication,
      tokenParameters(config),
      {
        // The configuration's checks decide which URLs may be plain HTTP.
        [allowInsecureRequests]: true,
        [customFetch]: async (_, { body, headers }) => {
          answer = await ask(request, String(body), headers);
          return responseOf(answer);
        },
      },
    );
    const { access_token, expires_in } = await processClientCredentialsResponse(server, client, response);
    // https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12
    if (!/^[\x20-\x7e]+$/.test(access_token)) throw new Error('other characters in it');
    return { accessToken: access_token, lifetimeMs: lifetimeOf(expires_in) };
  } catch (error) {
    if (error instanceof TokenFailure) throw error;
    throw answerFailure(request, answer, error);
  }
}

/** Encoded as Go does, so that servers that forget to decode still understand ids with "-" and "_". */
export function basicCredentials(clientId: string, clientSecret: string): string {
  const pair = [clientId, clientSecret].map((text) => encodeURIComponent(text).replaceAll('%20', '+'));
  return Buffer.from(pair.join(':')).toString('base64');
}

function secretInHeader(clientSecret: string): ClientAuth {
  return (_server, { client_id }, _body, headers) => {
    headers.set('authorization', `Basic ${basicCredentials(client_id, clientSecret)}`);
  };
}

function secretInBody(clientSecret: string): ClientAuth {
  return (_server, { client_id }, body) => {
    body.set('client_id', client_id);
    body.set('client_secret', clientSecret);
  };
}

function tokenParameters({ scopes, endpointParams }: OAuth2Config): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(endpointParams)) parameters.set(name, value.reveal());
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
  return parameters;
}

async function ask(
  request: TokenRequest,
  body: string,
  fields: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const { config, pool, userAgent, timeoutMs, signal, clock } = request;
  const { path } = parseTarget(config.tokenUrl);
  const headers = { ...fields, 'user-agent': userAgent };
  try {
    return await pool.request(
      { path, headers, body: Buffer.from(body) },
      { timeoutMs, signal, clock, wantsBody: true },
    );
  } catch (error) {
    throw new TokenFailure(config.tokenUrl, transportFailure(error).detail);
  }
}

function responseOf({ status, headers, body }: HttpAnswer): Response {
  const response = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // With a challenge in it, the library would stop before it reads the error.
    if (value !== undefined && name !== 'www-authenticate') response.set(name, String(value));
  }
  const isBodiless = status === 204 || status === 205 || status === 304;
  return new Response(isBodiless ? null : new Uint8Array(body), { status, headers: response });
}

function lifetimeOf(expiresIn: number | undefined): number | undefined {
  return expiresIn === undefined || Number.isNaN(expiresIn) ? undefined : Math.max(0, expiresIn) * 1000;
}

function answerFailure({ config, clock }: TokenRequest, answer: HttpAnswer | undefined, error: unknown) {
  const found = error instanceof Error ? error.message : String(error);
  if (answer === undefined) return new TokenFailure(config.tokenUrl, found);
  const { status, headers } = answer;
  const afterMs = parseRetryAfter(headers['retry-after'], clock.nowMs());
  const said =
    error instanceof ResponseBodyError
      ? [error.error, error.error_description].filter((text) => text !== undefined).join(': ')
      : found;
  const why = status === 200 || error instanceof ResponseBodyError ? ` (${said})` : '';
  return new TokenFailure(config.tokenUrl, `status ${status}${why}`, {
    status,
    ...(afterMs === undefined ? {} : { afterMs }),
  });
}
