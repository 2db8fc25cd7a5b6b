// The connections of the listener: which of them were refused, which wait for an answer, and what a client gets when
// Node cannot read its request. A refused connection brings no further push. A connection that waits for the answer to a
// push that was taken is never refused, and never closed for being quiet.
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

type ParserError = Error & { readonly code?: string };

export class Connections {
  readonly #quietMs: number;
  readonly #refused = new WeakSet<Duplex>();
  /** For each connection, how many of its pushes were taken and wait to be stored or delivered. */
  readonly #waiting = new WeakMap<Duplex, number>();

  /** `quietMs`: how long a connection that does not wait may go without a byte in either direction. */
  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** For the server's `clientError`: answers what cannot be read as a request, and ends the connection. */
  refuseUnreadable(error: ParserError, connection: Duplex): void {
    // The line would be read as the answer to the push that waits.
    if (this.waits(connection)) connection.destroy();
    else if (answerUnreadable(error, connection)) this.#refused.add(connection);
  }

  isRefused(connection: Duplex): boolean {
    return this.#refused.has(connection);
  }

  /** Whether the answer to one of its pushes is still to come. */
  waits(connection: Duplex): boolean {
    return this.#waiting.has(connection);
  }

  /** A push of this connection was taken and waits. The caller calls `endWait` before the answer is written. */
  beginWait(connection: Socket): void {
    const waiting = this.#waiting.get(connection) ?? 0;
    if (waiting === 0) connection.setTimeout(0);
    this.#waiting.set(connection, waiting + 1);
  }

  endWait(connection: Socket): void {
    const left = (this.#waiting.get(connection) ?? 0) - 1;
    if (left > 0) {
      this.#waiting.set(connection, left);
      return;
    }
    this.#waiting.delete(connection);
    connection.setTimeout(this.#quietMs);
  }
}

/** Returns whether the client was sent anything. */
function answerUnreadable(error: ParserError, socket: Duplex): boolean {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return false;
  }
  // Corked bytes are the answer to a request whose rest turned out to be unreadable. That answer is enough, and must go out.
  if (socket.writableCorked > 0) socket.uncork();
  else socket.write(answerText(error));
  // What was written has left, as far as there was room. Sluice does not wait for a client that does not read.
  socket.destroy();
  return true;
}

function answerText(error: ParserError): string {
  const { status, text } = describeParserError(error);
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

/** The one place that knows the error codes of Node's HTTP parser. */
function describeParserError(error: ParserError): { status: string; text: string } {
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
