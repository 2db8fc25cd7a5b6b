// The HTTP listener: bounds the time that a connection may take, and hands each request to its route. This is where the
// life of every request begins; that of a push goes on in push/push-exchange.ts.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.ts';
import { Connections } from './http/connections.ts';
import { RequestActivity } from './http/open-requests.ts';
import { writeAllowedMethods } from './http/write-answer.ts';
import type { Lifecycle } from './operations/lifecycle.ts';
import type { Operations } from './operations/operations.ts';
import { allowedMethods, earlyOutcome, type MethodRules } from './paths/method-rules.ts';
import type { Route, Routes } from './paths/routes.ts';
import { PushExchange, type PushExchangeDeps } from './push/push-exchange.ts';

/** How often Node looks for connections over a time limit. A limit may be passed by up to this much. */
const CHECK_INTERVAL_MS = 1000;

/** What is wanted of an address, by the system's error code. */
const WANTED_ADDRESS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'a port that no other program listens on',
  EACCES: 'a port that this user may listen on',
};

export interface ListenerDeps {
  readonly routes: Pick<Routes, 'find'>;
  readonly rules: MethodRules;
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
      // HTTP/1.1 requests made by hand leave it out.
      requireHostHeader: false,
    });
    // A client may close its direction after it sent a whole request, and still gets the answer. @types/node lacks this option.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    // For clients that do not read the answer: the other limits end with the request. It is longer than they are, because it
    // sends nothing to a client that stopped in the middle of a request.
    this.#server.timeout = config.requestTimeout + 2 * CHECK_INTERVAL_MS;
    this.#connections = new Connections(this.#server.timeout);
    this.#server.maxConnections = config.maxConnections;
    this.#server.on('request', (request, response) => this.#handle(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#handle(request, response, true));
    // Other expectations may be ignored (RFC 9110, section 10.1.1). Node itself would answer 417 without an event.
    this.#server.on('checkExpectation', (request, response) => this.#handle(request, response, false));
    this.#server.on('clientError', (error, socket) => {
      this.#connections.refuseUnreadable(error, socket);
    });
  }

  /** Starts to listen; returns the address as bound. Rejects with an Error that names the address. */
  listen(address: Config['listenAddress']): Promise<AddressInfo> {
    const { host, port } = address;
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(listenError(address, cause));
      this.#server.once('error', fail);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', fail);
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
      // A defect of Sluice costs this request, not the program.
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
      return writeAllowedMethods(response, allowedMethods(route, rules.onDelete));
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

function listenError({ host, port }: Config['listenAddress'], cause: unknown): Error {
  const { code = String(cause) } = cause as NodeJS.ErrnoException;
  const wanted = WANTED_ADDRESS[code] ?? 'an address of this machine';
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Error(`Cannot listen on ${address}: expected ${wanted}, found ${code}`, { cause });
}
