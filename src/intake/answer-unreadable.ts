// What Node's parser cannot read as a request, or waited for in vain: one line of answer, then the connection ends.
// The one place that knows the parser's error codes.
import type { Duplex } from 'node:stream';

/** For the server's `clientError`. Returns whether the client was told anything. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Duplex): boolean {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return false;
  }
  // What stands corked is the answer to a request whose rest turned out to be unreadable: it says enough, and has to leave.
  if (socket.writableCorked > 0) socket.uncork();
  else socket.write(answerText(error));
  // What is written has left, as far as there was room; who does not read it is not waited for.
  socket.destroy();
  return true;
}

function answerText(error: Error & { readonly code?: string }): string {
  const { status, text } = describe(error);
  const length = Buffer.byteLength(text) + 1;
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${length}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}\n`;
}

function describe(error: Error & { readonly code?: string }): { status: string; text: string } {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: '408 Request Timeout',
        text: 'Cannot read request: expected all of it in time (server.headersTimeout, server.requestTimeout), found a part',
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: '431 Request Header Fields Too Large',
        text: 'Cannot read request: expected its target and headers within 16 KiB, found more',
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        status: '413 Content Too Large',
        text: 'Cannot read request: expected chunk extensions within 16 KiB, found more',
      };
    default:
      return {
        status: '400 Bad Request',
        text: `Cannot read request: expected HTTP/1.1 (RFC 9112), found a ${error.message}`,
      };
  }
}
