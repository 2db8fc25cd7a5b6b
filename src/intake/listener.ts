// The HTTP listener: bounds what a connection may take in time, and hands each request to its route.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.ts';
import type { Operations } from './operations.ts';
import { PushExchange, type PushExchangeDeps } from './push-exchange.ts';
import type { PushOutcome } from './push-outcome.ts';
import type { Routes } from './routes.ts';

/** How often connections over a time limit are looked for: the limits are kept to within this. */
const CHECK_INTERVAL_MS = 1000;

export interface ListenerDeps {
  readonly routes: Routes;
  readonly operations: Operations;
  readonly exchange: PushExchangeDeps;
}

export class Listener {
  readonly #deps: ListenerDeps;
  readonly #server: Server;
  #isStopping = false;

  constructor(config: Config['server'], deps: ListenerDeps) {
    this.#deps = deps;
    this.#server = createServer({
      headersTimeout: config.headersTimeout,
      requestTimeout: config.requestTimeout,
      keepAliveTimeout: config.keepAliveTimeout,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      // Hand-made HTTP/1.1 requests leave it out.
      requireHostHeader: false,
    });
    this.#server.maxConnections = config.maxConnections;
    this.#server.on('request', (request, response) => this.#handle(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#handle(request, response, true));
  }

  /** Starts to listen; returns the address as bound. Rejects with the system's error. */
  listen({ host, port }: Config['listenAddress']): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', reject);
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** From now on every answer closes its connection. */
  closeConnectionsAfterAnswers(): void {
    this.#isStopping = true;
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    if (this.#isStopping) response.setHeader('connection', 'close');
    const route = this.#deps.routes.find(request.url ?? '');
    if (route.kind !== 'push' && route.kind !== 'malformedPush') {
      this.#deps.operations.answer(route, request, response);
      return;
    }
    const exchange = new PushExchange(request, response, this.#deps.exchange);
    const refusal = refuseMethod(request.method);
    if (refusal) exchange.refuse(refusal);
    else if (route.kind === 'push') exchange.take(route.groupingKey, expectsContinue);
    else exchange.refuse({ kind: 'malformed', detail: route.detail });
  }
}

function refuseMethod(method: string | undefined): PushOutcome | undefined {
  if (method === 'PUT' || method === 'POST') return undefined;
  const why = method === 'DELETE' ? 'there is nothing to delete' : 'there is nothing to read';
  const detail = `Cannot ${method} a group: expected PUT or POST; Sluice forwards each push and keeps nothing, so ${why}`;
  return { kind: 'methodNotAllowed', detail };
}
