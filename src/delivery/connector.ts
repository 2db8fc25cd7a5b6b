// Opens the connections of one pool, TLS or plain as the URL says and never one for the other.
// A connection that is not ready in time, or when the pool is given up, is destroyed.
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { type SecureContext, connect as tlsConnect } from 'node:tls';
import type { buildConnector } from 'undici';
import type { TlsConfig } from '../config/config.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface ConnectorOptions {
  readonly tlsConfig: TlsConfig;
  readonly context: () => SecureContext;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** How long a connection may be idle before the system probes whether the peer still lives. */
const TCP_KEEP_ALIVE_MS = 60_000;

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

export class Connector {
  readonly #options: ConnectorOptions;
  readonly #opening = new Set<Socket>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  readonly connect: buildConnector.connector = (to, callback) => {
    const socket = to.protocol === 'https:' ? this.#openTls(to) : openPlain(to);
    socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    const { clock, timeoutMs } = this.#options;
    const timer = clock.setTimer(
      () => socket.destroy(new ConnectTimeout(`no connection in ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#opening.add(socket);
    const settle = (error?: Error) => {
      if (!this.#opening.delete(socket)) return;
      timer.cancel();
      if (error) callback(error, null);
      else callback(null, socket);
    };
    socket.once(to.protocol === 'https:' ? 'secureConnect' : 'connect', () => settle());
    socket.on('error', settle);
    socket.once('close', () => settle(new Error('closed while connecting')));
  };

  /** Destroys what is still connecting. */
  destroy(): void {
    for (const socket of this.#opening) socket.destroy();
  }

  #openTls({ hostname, port }: buildConnector.Options): Socket {
    const { tlsConfig, context } = this.#options;
    return tlsConnect({
      host: hostname,
      port: Number(port || 443),
      // An address is not a server name; it is then checked against the certificate's addresses.
      servername: tlsConfig.serverName ?? (isIP(hostname) === 0 ? hostname : ''),
      secureContext: context(),
      rejectUnauthorized: !tlsConfig.insecureSkipVerify,
      ALPNProtocols: ['http/1.1'],
    });
  }
}

function openPlain({ hostname, port }: buildConnector.Options): Socket {
  return netConnect({ host: hostname, port: Number(port || 80) });
}
