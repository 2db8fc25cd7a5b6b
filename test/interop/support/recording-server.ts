// Takes the place of a Sluice, and records each push as it came through a load balancer.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RecordedPush {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RecordingServer {
  readonly port: number;
  readonly pushes: readonly RecordedPush[];
}

export async function startRecordingServer(): Promise<RecordingServer> {
  const pushes: RecordedPush[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      if (method !== 'GET') pushes.push({ method, target, headers, body: Buffer.concat(pieces) });
      response.writeHead(method === 'GET' ? 200 : 202, { 'content-length': 0 }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, pushes };
}
