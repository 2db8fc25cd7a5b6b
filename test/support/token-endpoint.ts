// An OAuth 2.0 token endpoint (RFC 6749, section 4.4) in this thread. It knows one client, hands out token-1, token-2 and
// so on, and plays a script of other answers first.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TokenAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text. */
  readonly body?: object | string;
  readonly until?: Promise<unknown>;
}

export interface TokenEndpointOptions {
  readonly tls?: ServerOptions;
  /** Where the secret has to be; the other way is answered 401. */
  readonly style?: 'basic' | 'post';
  readonly clientSecret?: string;
  readonly expiresIn?: number | string | null;
  readonly script?: readonly TokenAnswer[];
  /** So many requests at first are refused, with all that they said in the reason. */
  readonly echoes?: number;
}

export interface TokenRequestSeen {
  readonly authorization: string | undefined;
  readonly params: Readonly<Record<string, string>>;
}

export const CLIENT_ID = 'sluice-client';
export const CLIENT_SECRET = 'cl1ent-s3cret/+ä';

export class TokenEndpoint {
  readonly requests: TokenRequestSeen[] = [];
  readonly script: TokenAnswer[];
  clientSecret: string;
  issued = 0;
  readonly #options: TokenEndpointOptions;
  #url = '';

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
    this.script = [...(options.script ?? [])];
    this.clientSecret = options.clientSecret ?? CLIENT_SECRET;
  }

  static async start(options: TokenEndpointOptions = {}): Promise<TokenEndpoint> {
    const endpoint = new TokenEndpoint(options);
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void endpoint.#answer(request, response);
    const server =
      options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    endpoint.#url = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/oauth2/token`;
    return endpoint;
  }

  get url(): string {
    return this.#url;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const params = Object.fromEntries(new URLSearchParams(body));
    this.requests.push({ authorization: request.headers.authorization, params });
    const scripted = this.#echo(request, body) ?? this.script.shift();
    await scripted?.until;
    const answer =
      scripted === undefined || scripted.until !== undefined ? this.#judge(request, params) : scripted;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(text);
  }

  #echo({ headers }: IncomingMessage, body: string): TokenAnswer | undefined {
    if (this.requests.length > (this.#options.echoes ?? 0)) return undefined;
    const description = `you said ${headers.authorization} ${body}`;
    return { status: 400, body: { error: 'invalid_request', error_description: description } };
  }

  #judge({ headers }: IncomingMessage, params: Record<string, string>): TokenAnswer {
    if (!this.#knows(headers.authorization, params))
      return {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="tokens"' },
        body: { error: 'invalid_client', error_description: 'who are you' },
      };
    const { expiresIn = 3600 } = this.#options;
    const token = { access_token: `token-${++this.issued}`, token_type: 'Bearer' };
    return { body: expiresIn === null ? token : { ...token, expires_in: expiresIn } };
  }

  #knows(authorization: string | undefined, params: Record<string, string>): boolean {
    if (params.grant_type !== 'client_credentials') return false;
    const { style = 'basic' } = this.#options;
    if (style === 'post') return params.client_id === CLIENT_ID && params.client_secret === this.clientSecret;
    const [, base64 = ''] = /^Basic (.+)$/.exec(authorization ?? '') ?? [];
    const [id, secret] = Buffer.from(base64, 'base64').toString().split(':');
    return decoded(id) === CLIENT_ID && decoded(secret) === this.clientSecret;
  }
}

/** https://www.rfc-editor.org/rfc/rfc6749#appendix-B */
function decoded(text = ''): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
