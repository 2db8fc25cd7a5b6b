// Opens the connections of one pool, TLS or plain as the URL says and never one for the other, directly or through a proxy.
// A connection that is not ready in time, or not ready when the pool is given up, is destroyed.
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { type buildConnector, Client } from 'undici';
import type { TlsConfig } from '../../config/config.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { onAbort } from '../../telemetry/wait.ts';
import type { ChooseProxy, ProxyRoute } from './proxy-route.ts';
import { ProxyFailure } from './transport-reason.ts';

export interface ConnectorOptions {
  readonly tlsConfig: TlsConfig;
  readonly context: () => SecureContext;
  readonly chooseProxy: ChooseProxy;
  /** For all steps of a connection together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** How long a connection may be idle before the system probes whether the peer is still there. */
const TCP_KEEP_ALIVE_MS = 60_000;

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

export class Connector {
  readonly #options: ConnectorOptions;
  readonly #opening = new Set<AbortController>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  readonly connect: buildConnector.connector = (to, callback) => {
    const { clock, timeoutMs } = this.#options;
    const opening = new AbortController();
    const timer = clock.setTimer(
      () => opening.abort(new ConnectTimeout(`no connection in ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#opening.add(opening);
    this.#open(to, opening.signal)
      .finally(() => {
        timer.cancel();
        this.#opening.delete(opening);
      })
      .then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
  };

  /** Destroys what is still connecting. */
  destroy(): void {
    for (const opening of this.#opening) opening.abort(new Error('closed while connecting'));
  }

  #open({ protocol, hostname, port }: buildConnector.Options, signal: AbortSignal): Promise<Socket> {
    const target = new URL(`${protocol}//${bracketed(hostname)}${port === '' ? '' : `:${port}`}`);
    const route = this.#options.chooseProxy(target);
    if (route !== undefined) return this.#openByProxy(target, route, signal);
    return protocol === 'https:' ? this.#openTls(target, signal) : openPlain(target, signal);
  }

  /** Plain HTTP is spoken with the proxy itself, TLS through a tunnel. */
  async #openByProxy(target: URL, route: ProxyRoute, signal: AbortSignal): Promise<Socket> {
    const toProxy = await this.#openToProxy(new URL(route.origin), signal);
    if (target.protocol === 'http:') return toProxy;
    const authority = `${target.hostname}:${target.port || 443}`;
    const tunnel = await openTunnel(toProxy, { route, authority, signal });
    return this.#openTls(target, signal, tunnel);
  }

  async #openToProxy(proxy: URL, signal: AbortSignal): Promise<Socket> {
    const { tlsConfig } = this.#options;
    try {
      if (proxy.protocol === 'http:') return await openPlain(proxy, signal);
      // `serverName` is the backend's.
      const { serverName: _, ...rest } = tlsConfig;
      return await this.#openTls(proxy, signal, undefined, rest);
    } catch (cause) {
      if (signal.aborted && !(cause instanceof ConnectTimeout)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ProxyFailure(`no connection to the proxy: ${why}`, { cause });
    }
  }

  #openTls(to: URL, signal: AbortSignal, tunnel?: Socket, tlsConfig = this.#options.tlsConfig) {
    const host = withoutBrackets(to.hostname);
    const socket = tlsConnect({
      ...(tunnel === undefined ? { host, port: Number(to.port || 443) } : { socket: tunnel }),
      // An address is not a server name; it is then checked against the certificate's addresses.
      servername: tlsConfig.serverName ?? (isIP(host) === 0 ? host : ''),
      host,
      secureContext: this.#options.context(),
      rejectUnauthorized: !tlsConfig.insecureSkipVerify,
      ALPNProtocols: ['http/1.1'],
    });
    return ready<TLSSocket>(socket, 'secureConnect', signal);
  }
}

function openPlain({ hostname, port }: URL, signal: AbortSignal): Promise<Socket> {
  const socket = netConnect({ host: withoutBrackets(hostname), port: Number(port || 80) });
  return ready(socket, 'connect', signal);
}

function ready<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => socket.destroy(signal.reason));
    const settle = (error?: Error) => {
      stopListening();
      if (error) reject(error);
      else resolve(socket);
    };
    socket.once(event, () => settle());
    // Stays: the socket may fail between two owners, and an error without a listener ends the program.
    socket.on('error', settle);
    socket.once('close', () => settle(new Error('closed while connecting')));
  });
}

interface TunnelOptions {
  readonly route: ProxyRoute;
  /** Host and port of the target. */
  readonly authority: string;
  readonly signal: AbortSignal;
}

/**
 * A tunnel over `socket`, which is connected to the proxy (CONNECT, https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6).
 * undici speaks with the proxy; the socket is ours once it answers 2xx. Rejects with a ProxyFailure.
 */
async function openTunnel(socket: Socket, options: TunnelOptions): Promise<Socket> {
  const { route, authority, signal } = options;
  const client = new Client(route.origin, {
    // Not at once: undici does not look at its requests while it is still asking for the connection.
    connect: (_, callback) => queueMicrotask(() => callback(null, socket)),
    // The connector has a time limit for all steps together.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const headers = tunnelHeaders(route, authority);
  const answer = await client.connect({ path: authority, headers, signal }).catch((cause: unknown) => {
    socket.destroy();
    signal.throwIfAborted();
    throw new ProxyFailure(`no tunnel through the proxy: ${messageOf(cause)}`, { cause });
  });
  const { statusCode: status } = answer;
  if (status >= 200 && status < 300) return answer.socket as unknown as Socket;
  answer.socket.destroy();
  throw new ProxyFailure(`the proxy answered ${status} to CONNECT`, { status });
}

function tunnelHeaders({ authorization, connectHeaders }: ProxyRoute, host: string): Record<string, string> {
  const headers: Record<string, string> = { host };
  if (authorization !== undefined) headers['proxy-authorization'] = authorization.reveal();
  for (const [name, value] of Object.entries(connectHeaders)) headers[name] = value.reveal();
  return headers;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function bracketed(hostname: string): string {
  return hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
