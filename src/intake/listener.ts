// The HTTP listener: bounds what a connection may take in time, and hands each request to its route.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.ts';
import { allowedMethods } from './allowed-methods.ts';
import { answerUnreadable } from './answer-unreadable.ts';
import { Connections } from './connections.ts';
import { earlyOutcome, type PushRules } from './early-outcome.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Operations } from './operations.ts';
import { PushExchange, type PushExchangeDeps } from './push-exchange.ts';
import { RequestActivity } from './request-activity.ts';
import type { Route, Routes } from './routes.ts';
import { writeAllowed } from './write-answer.ts';

/** How often connections over a time limit are looked for: the limits are kept to within this. */
const CHECK_INTERVAL_MS = 1000;

export interface ListenerDeps {
  readonly routes: Pick<Routes, 'find'>;
  readonly rules: PushRules;
  readonly operations: Operations;
  readonly lifecycle: Lifecycle;
  readonly exchange: PushExchangeDeps;
}

export class Listener {
  readonly activity = new RequestActivity();
  readonly #deps: ListenerDeps;
  readonly #server: Server;
  #isStopping = false;
  readonly #connections: Connections;

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
    // Who has sent all of a request may close that direction and still gets the answer. @types/node lacks it.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    // For whoever does not read the answer: the other limits end with the request. Later than they are noticed, since it
    // says nothing to a client that stopped in the middle of a request.
    this.#server.timeout = config.requestTimeout + 2 * CHECK_INTERVAL_MS;
    this.#connections = new Connections(this.#server.timeout);
    this.#server.maxConnections = config.maxConnections;
    this.#server.on('request', (request, response) => this.#handle(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#handle(request, response, true));
    // Other expectations may be passed over (RFC 9110, section 10.1.1); Node itself would answer 417, and nobody would know.
    this.#server.on('checkExpectation', (request, response) => this.#handle(request, response, false));
    this.#server.on('clientError', (error, socket) => {
      // The line would be taken for the answer to the push that waits, which it is not.
      if (this.#connections.waits(socket)) socket.destroy();
      else if (answerUnreadable(error, socket)) this.#connections.refuse(socket);
    });
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
    this.activity.add(response);
    if (this.#isStopping) response.setHeader('connection', 'close');
    try {
      this.#route(request, response, expectsContinue);
    } catch (error) {
      // A defect of ours costs this request, not the program.
      this.#deps.exchange.events.fault(error);
      if (response.headersSent) response.destroy();
      else this.#open(request, response).refuse({ kind: 'fault' }, expectsContinue);
    }
  }

  #route(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const { method = '', url = '' } = request;
    const { routes, rules, operations, lifecycle } = this.#deps;
    const route = routes.find(url);
    if (method === 'OPTIONS' && route.kind !== 'notFound')
      return writeAllowed(response, allowedMethods(route, rules.onDelete));
    const early = earlyOutcome(route, method, rules);
    if (early) this.#open(request, response, jobOf(route)).refuse(early, expectsContinue);
    else if (route.kind === 'push') this.#open(request, response).take(route.groupingKey, expectsContinue);
    else if (route.kind === 'flush' || route.kind === 'quit')
      lifecycle.answer(route.kind, request, response, this.#connections);
    else if (route.kind !== 'malformedPush') operations.answer(route, request, response);
  }

  #open(request: IncomingMessage, response: ServerResponse, job?: string): PushExchange {
    return new PushExchange(request, response, this.#deps.exchange, this.#connections, job);
  }
}

function jobOf(route: Route): string | undefined {
  return route.kind === 'push' ? route.groupingKey.job : undefined;
}
