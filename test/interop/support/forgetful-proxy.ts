// Hands every write on to a backend, but cuts the connection instead of handing back the first answers: for who sends, it
// stays open whether the write was stored.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ForgetfulProxy {
  readonly url: string;
  /** How many answers were lost so far. */
  lost(): number;
}

export async function startForgetfulProxy(backendUrl: string, losses: number): Promise<ForgetfulProxy> {
  let lost = 0;
  const server = http.createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await fetch(backendUrl, {
      method: 'POST',
      headers: forwarded(request.headers),
      body: Buffer.concat(chunks),
    });
    const text = await answer.text();
    if (lost < losses) {
      lost++;
      response.destroy();
    } else response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/api/v1/write`, lost: () => lost };
}

/** All but those of the connection itself. */
function forwarded(headers: http.IncomingHttpHeaders): Record<string, string> {
  const own = ['host', 'connection', 'content-length', 'transfer-encoding'];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      own.includes(name) || value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
