// The way to a backend, as TCP: its connections can be cut, or from one moment on swallowed without a sign, as by a gateway
// that has forgotten a connection.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export class CuttableLink {
  connections = 0;
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(targetPort: number): Promise<CuttableLink> {
    const link = new CuttableLink(targetPort);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    onTestFinished(() => {
      link.cut();
      link.#server.close();
    });
    return link;
  }

  url(target = '/api/v1/write'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${target}`;
  }

  /** Resets all connections that there are. */
  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  /** From now on nothing gets through on the connections that there are, and neither side notices. */
  swallow(): void {
    for (const [client, server] of this.#pairs) {
      client.unpipe(server);
      server.unpipe(client);
      client.resume();
      server.resume();
    }
  }

  #join(client: Socket): void {
    this.connections++;
    const server = connect(this.#targetPort, '127.0.0.1');
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    client.pipe(server).pipe(client);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => this.#pairs.delete(pair));
    }
  }
}
