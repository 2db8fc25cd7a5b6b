// The development backend's plain HTTP server for people and dashboards on this machine: the page and the query API.
// It answers only requests that name a loopback host and that were not sent by a page of another site.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readBody } from './loopback-server.ts';
import { latestSamples } from './page/latest-samples.ts';
import { CONTENT_SECURITY_POLICY, type PageAddresses, renderPage, summarize } from './page/page.ts';
import { answerQuery } from './query/query-api.ts';
import type { SampleStore } from './store/sample-store.ts';

interface QueryServerOptions {
  readonly store: SampleStore;
  readonly nowMs: () => number;
  /** Called only after the servers listen. */
  readonly addresses: () => PageAddresses;
}

interface QueryAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_FORM_BYTES = 1024 * 1024;
const TEXT = 'text/plain; charset=utf-8';

/** The server, not yet listening. */
export function createQueryServer(options: QueryServerOptions): Server {
  return createServer((request, response) => {
    answerRequest(request, options).then(
      (answer) => answer && send(response, answer),
      (error: Error) =>
        send(response, text(500, `Cannot answer ${request.method} request: ${error.message}`)),
    );
  });
}

/** Undefined when the client went away. */
async function answerRequest(
  request: IncomingMessage,
  options: QueryServerOptions,
): Promise<QueryAnswer | undefined> {
  const refusal = refuseByHead(request);
  if (refusal !== undefined) return refusal;
  const [path = '', search = ''] = splitOnce(request.url ?? '', '?');
  const parameters = new URLSearchParams(search);
  if (request.method === 'POST') {
    const form = await readBody(request, MAX_FORM_BYTES);
    if (form.kind === 'cut') return undefined;
    if (form.kind === 'tooLarge')
      return closing(text(413, `Cannot read form: expected at most ${MAX_FORM_BYTES} bytes, found more`));
    for (const [name, value] of new URLSearchParams(Buffer.from(form.bytes).toString()))
      parameters.append(name, value);
  }
  return answerPath(path, parameters, options);
}

function refuseByHead(request: IncomingMessage): QueryAnswer | undefined {
  const host = request.headers.host ?? '';
  if (!isLoopbackAuthority(host)) {
    return closing(
      text(403, `Cannot answer for host ${JSON.stringify(host)}: expected a loopback host such as localhost`),
    );
  }
  if (
    request.headers['sec-fetch-site'] === 'cross-site' &&
    request.headers['sec-fetch-mode'] !== 'navigate'
  ) {
    return closing(text(403, 'Cannot answer a page of another site: expected a request from this page'));
  }
  const method = request.method ?? '';
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    return closing({
      ...text(405, `Cannot serve ${method}: expected GET or POST`),
      headers: { allow: 'GET, HEAD, POST' },
    });
  }
  return undefined;
}

/** Another site can point its own name to 127.0.0.1 (DNS rebinding). The Host header then has that name. */
function isLoopbackAuthority(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}

function answerPath(path: string, parameters: URLSearchParams, options: QueryServerOptions): QueryAnswer {
  const filter = parameters.get('filter') ?? '';
  switch (path) {
    case '/':
      return page(filter, options);
    case '/latest.json': {
      const latest = latestSamples(options.store, filter, options.nowMs());
      return json(200, { ...latest, summary: summarize(latest) });
    }
    case '/-/healthy':
    case '/-/ready':
      return text(200, 'The development backend is up.');
    default: {
      const answer = answerQuery(path, parameters, options.store, options.nowMs());
      return answer
        ? json(answer.status, answer.body)
        : text(404, `Cannot serve ${JSON.stringify(path)}: expected / or /api/v1/query`);
    }
  }
}

function page(filter: string, { store, nowMs, addresses }: QueryServerOptions): QueryAnswer {
  const body = renderPage(latestSamples(store, filter, nowMs()), filter, addresses());
  const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY };
  return { status: 200, type: 'text/html; charset=utf-8', body, headers };
}

function json(status: number, value: unknown): QueryAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

function text(status: number, line: string): QueryAnswer {
  return { status, type: TEXT, body: `${line}\n` };
}

/** For a refusal before the body was read. */
function closing(answer: QueryAnswer): QueryAnswer {
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function send(response: ServerResponse, { status, type, body, headers }: QueryAnswer): void {
  response
    .writeHead(status, {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      ...headers,
    })
    .end(body);
}

function splitOnce(value: string, separator: string): [string, string] {
  const at = value.indexOf(separator);
  return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + separator.length)];
}
