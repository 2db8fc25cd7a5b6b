// Writes answers: a status, a few headers, at most one line of text.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './push-outcome.ts';

/** An accepted push gets no body: some clients print it. */
const EMPTY = ['Content-Length', '0'];
const TEXT_HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

/** What of an unread body is still taken before the connection is closed: a client that is cut off while it sends may
 * never read its answer. */
const DRAIN_BYTES = 4 * 1024 * 1024;
const DRAIN_MS = 2000;

/** Answers a request whose body has been read. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  if (answer.text === '') response.writeHead(answer.status, EMPTY).end();
  else writeText(response, answer, {}).end();
}

/**
 * Answers a request whose body has not been read to its end, and closes the connection once the client had a chance to
 * read the answer. `isHeldBack`: the body will not come (`Expect: 100-continue`).
 */
export function writeAnswerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  isHeldBack: boolean,
): void {
  const hasBody =
    'transfer-encoding' in request.headers || Number(request.headers['content-length'] ?? 0) > 0;
  if (!hasBody || request.complete) writeText(response, answer, {}).end();
  else {
    writeText(response, answer, { connection: 'close' });
    if (isHeldBack) response.end();
    else drain(request, () => response.end());
  }
}

function writeText(
  response: ServerResponse,
  answer: Answer,
  more: Readonly<Record<string, string>>,
): ServerResponse {
  const text = `${answer.text}\n`;
  const length = { 'content-length': String(Buffer.byteLength(text)) };
  response.writeHead(answer.status, { ...TEXT_HEADERS, ...length, ...answer.headers, ...more });
  response.write(text);
  return response;
}

function drain(request: IncomingMessage, done: () => void): void {
  let rest = DRAIN_BYTES;
  const finish = () => {
    clearTimeout(timer);
    request.off('data', count);
    done();
  };
  const count = (piece: Buffer) => {
    rest -= piece.length;
    if (rest < 0) finish();
  };
  const timer = setTimeout(finish, DRAIN_MS);
  request.on('data', count);
  request.once('end', finish);
  request.once('close', finish);
}
