// Answers what people and probes ask: is Sluice alive, is it ready, what are its metrics, how is it configured.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PLAIN_TEXT, writePage } from '../http/write-answer.ts';
import { READING_METHODS } from '../paths/method-rules.ts';
import type { Route } from '../paths/routes.ts';
import type { LifecycleAction } from './lifecycle.ts';

export interface OperationsDeps {
  /** Why pushes are not taken now; undefined while they are taken. */
  readonly notReady: () => string | undefined;
  /** What keeps pushes from being delivered after they were taken; one line each. */
  readonly troubles: () => readonly string[];
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** JSON: version, start time and settings. */
  readonly statusText: () => string;
  readonly pushPath: string;
  /** Whether requests can flush and stop Sluice. */
  readonly hasLifecycle: boolean;
}

export type OperationsRoute = Exclude<Route, { kind: 'push' | 'malformedPush' | LifecycleAction }>;

const JSON_TYPE = 'application/json';

export class Operations {
  readonly #deps: OperationsDeps;
  /** Shared by all requests that come until it is there: one client may ask thousands of times without reading. */
  #metricsText: Promise<Buffer> | undefined;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
  }

  answer(route: OperationsRoute, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (route.kind === 'notFound') return writePage(response, 404, PLAIN_TEXT, `${route.detail}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', READING_METHODS);
      return writePage(response, 405, PLAIN_TEXT, `Cannot ${request.method} here: expected GET or HEAD\n`);
    }
    switch (route.kind) {
      case 'healthy':
        return writePage(response, 200, PLAIN_TEXT, 'OK\n');
      case 'ready':
        return this.#ready(response);
      case 'metrics':
        return this.#metrics(response);
      case 'status':
        return writePage(response, 200, JSON_TYPE, this.#deps.statusText());
      case 'index':
        return writePage(response, 200, PLAIN_TEXT, indexText(this.#deps));
    }
  }

  #ready(response: ServerResponse): void {
    const reason = this.#deps.notReady();
    if (reason === undefined)
      writePage(response, 200, PLAIN_TEXT, ['OK', ...this.#deps.troubles(), ''].join('\n'));
    else writePage(response, 503, PLAIN_TEXT, `${reason}\n`);
  }

  #metrics(response: ServerResponse): void {
    const { contentType } = this.#deps.metrics;
    this.#metricsText ??= this.#collect();
    this.#metricsText.then(
      (text) => writePage(response, 200, contentType, text),
      (error: unknown) => writePage(response, 500, PLAIN_TEXT, `Cannot collect metrics: ${String(error)}\n`),
    );
  }

  #collect(): Promise<Buffer> {
    const collected = this.#deps.metrics.text().then((text) => Buffer.from(text));
    return collected.finally(() => {
      this.#metricsText = undefined;
    });
  }
}

function indexText({ pushPath, hasLifecycle }: OperationsDeps): string {
  return [
    'Sluice forwards pushed metrics to a Prometheus remote-write backend and keeps none.',
    '',
    `push     PUT or POST ${pushPath}/job/<job>{/<label>/<value>}`,
    'metrics  GET /metrics',
    'health   GET /-/healthy',
    'ready    GET /-/ready',
    'status   GET /api/v1/status',
    ...(hasLifecycle ? ['flush    PUT or POST /-/flush', 'stop     PUT or POST /-/quit'] : []),
    '',
  ].join('\n');
}
