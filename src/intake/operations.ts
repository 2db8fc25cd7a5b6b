// What people and probes ask: is it alive, is it ready, what does it count, how is it set up.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { READING_METHODS } from './allowed-methods.ts';
import type { LifecycleAction } from './lifecycle.ts';
import type { Route } from './routes.ts';
import { PLAIN, sendText } from './send-text.ts';

export interface OperationsDeps {
  /** Why pushes are not taken now; undefined while they are. */
  readonly notReady: () => string | undefined;
  /** What keeps pushes that are taken from being delivered, a line for each. */
  readonly troubles: () => readonly string[];
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** JSON: version, start time and settings. */
  readonly statusText: () => string;
  readonly pushPath: string;
  /** Whether it can be flushed and stopped by requests. */
  readonly hasLifecycle: boolean;
}

export type OperationsRoute = Exclude<Route, { kind: 'push' | 'malformedPush' | LifecycleAction }>;

const JSON_TYPE = 'application/json';

export class Operations {
  readonly #deps: OperationsDeps;
  /** The answer to all who ask for metrics now: one client may ask thousands of times without reading. */
  #metricsText: Promise<Buffer> | undefined;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
  }

  answer(route: OperationsRoute, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (route.kind === 'notFound') return sendText(response, 404, PLAIN, `${route.detail}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', READING_METHODS);
      return sendText(response, 405, PLAIN, `Cannot ${request.method} here: expected GET or HEAD\n`);
    }
    switch (route.kind) {
      case 'healthy':
        return sendText(response, 200, PLAIN, 'OK\n');
      case 'ready':
        return this.#ready(response);
      case 'metrics':
        return this.#metrics(response);
      case 'status':
        return sendText(response, 200, JSON_TYPE, this.#deps.statusText());
      case 'index':
        return sendText(response, 200, PLAIN, indexText(this.#deps));
    }
  }

  #ready(response: ServerResponse): void {
    const reason = this.#deps.notReady();
    if (reason === undefined) sendText(response, 200, PLAIN, ['OK', ...this.#deps.troubles(), ''].join('\n'));
    else sendText(response, 503, PLAIN, `${reason}\n`);
  }

  #metrics(response: ServerResponse): void {
    const { contentType } = this.#deps.metrics;
    this.#metricsText ??= this.#collect();
    this.#metricsText.then(
      (text) => sendText(response, 200, contentType, text),
      (error: unknown) => sendText(response, 500, PLAIN, `Cannot collect metrics: ${String(error)}\n`),
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
