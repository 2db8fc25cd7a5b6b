// Writes answers: a status, a few headers, a text. Answers to pushes have at most one line of text.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../outcome/push-outcome.ts';

export const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** A success gets no body: some clients print it. */
const EMPTY = ['Content-Length', '0'];
const TEXT_HEADERS = { 'content-type': PLAIN_TEXT, 'x-content-type-options': 'nosniff' };

/**
 * How much of an unread body Sluice still takes before it closes the connection. A client that is cut off while it sends
 * may never read its answer.
 */
const DRAIN_BYTES = 64 * 1024 * 1024;
const DRAIN_MS = 5000;
/** A body of up to this length is read to its end instead, so that the connection can stay open. */
const SMALL_BODY_BYTES = 64 * 1024;

/** Answers a push whose body has been read. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  if (answer.text === '') writeEmpty(response, answer);
  else writeText(response, answer, {}).end();
}

/**
 * Answers a push whose body has not been read to its end. If much of it may still come, the connection is closed after
 * the client had a chance to read the answer. `isHeldBack`: the body will not come (`Expect: 100-continue`).
 */
export function writeAnswerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  isHeldBack: boolean,
): void {
  if (isHeldBack) {
    writeText(response, answer, { connection: 'close' }).end();
  } else if (endsSoon(request)) {
    writeText(response, answer, {}).end();
  } else {
    writeText(response, answer, { connection: 'close' });
    drain(request, () => response.end());
  }
}

/** Answers OPTIONS: which other methods the path takes. */
export function writeAllowedMethods(response: ServerResponse, allow: string): void {
  response.writeHead(200, ['Allow', allow, ...EMPTY]).end();
}

/** Answers a request that is no push. */
export function writePage(
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

function writeEmpty(response: ServerResponse, { status, headers }: Answer): void {
  const applied = headers['preference-applied'];
  response.writeHead(status, applied === undefined ? EMPTY : ['Preference-Applied', applied, ...EMPTY]).end();
}

function endsSoon({ complete, headers }: IncomingMessage): boolean {
  if (complete) return true;
  return (
    headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= SMALL_BODY_BYTES
  );
}

function writeText(
  response: ServerResponse,
  answer: Answer,
  more: Readonly<Record<string, string>>,
): ServerResponse {
  const text = answer.text === '' ? '' : `${answer.text}\n`;
  const type = text === '' ? {} : TEXT_HEADERS;
  const length = { 'content-length': String(Buffer.byteLength(text)) };
  response.writeHead(answer.status, { ...type, ...length, ...answer.headers, ...more });
  if (text === '') response.flushHeaders();
  else response.write(text);
  return response;
}

/** Reads and throws away the rest of a body, within limits, then calls `done`. */
function drain(request: IncomingMessage, done: () => void): void {
  let leftBytes = DRAIN_BYTES;
  const finish = () => {
    clearTimeout(timer);
    request.off('data', count);
    done();
  };
  const count = (piece: Buffer) => {
    leftBytes -= piece.length;
    if (leftBytes < 0) finish();
  };
  const timer = setTimeout(finish, DRAIN_MS);
  request.on('data', count);
  request.once('end', finish);
  request.once('close', finish);
}
