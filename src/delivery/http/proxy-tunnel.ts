// A tunnel through an HTTP proxy (CONNECT, https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6). What travels in it is
// not seen by the proxy. undici speaks with the proxy; the socket is ours as soon as it answers 2xx.
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { ProxyRoute } from './proxy-route.ts';
import { ProxyFailure } from './transport-reason.ts';

export interface TunnelOptions {
  readonly route: ProxyRoute;
  /** Host and port of the target. */
  readonly authority: string;
  readonly signal: AbortSignal;
}

/** Over `socket`, which is connected to the proxy. Rejects with a ProxyFailure. */
export async function openTunnel(socket: Socket, options: TunnelOptions): Promise<Socket> {
  const { route, authority, signal } = options;
  const client = new Client(route.origin, {
    // undici does not look for requests again while it is still asking for the connection.
    connect: (_, callback) => queueMicrotask(() => callback(null, socket)),
    // The one who waits for the connection has a time limit for all of it.
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
