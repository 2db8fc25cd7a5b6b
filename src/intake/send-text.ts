// Writes the answers that are no answer to a push: a status, a type, a text.
import type { ServerResponse } from 'node:http';

export const PLAIN = 'text/plain; charset=utf-8';

export function sendText(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string | Buffer,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
