// One request of a command, and how it ended. Every ending is a value. Redirects are not followed, and nothing is repeated here.
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { printableText } from '../delivery/http/answer-text.ts';
import { transportFailure } from '../delivery/http/transport-reason.ts';
import { onAbort } from '../telemetry/wait.ts';

export interface OutgoingRequest {
  readonly origin: URL;
  /** Goes out as it is. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Certificates in PEM, trusted instead of the usual ones. */
  readonly ca?: string | undefined;
}

export type HttpResult =
  /** `text` is one line. It is empty if the answer is a success or has no plain text. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: string;
    }
  /** `isFinal`: another attempt would end in the same way. */
  | { readonly kind: 'failed'; readonly detail: string; readonly isFinal: boolean };

/** OpenSSL's words for a server that answers in plain HTTP. */
const NO_TLS = /:wrong version number:/;
const NODE_HINT = /; if the root CA is installed locally, .*$/;
const NO_ANSWER = 'no answer';
/** Sluice answers with one line. A longer answer is from something else. */
const MAX_TEXT_BYTES = 4096;
/** The status is known at this point, and the text is not worth a longer wait. */
const TEXT_TIMEOUT_MS = 2000;

/** Never rejects. If `signal` aborts, the result is a failure. */
export function exchangeHttp(sent: OutgoingRequest, signal: AbortSignal): Promise<HttpResult> {
  return new Promise((resolve) => {
    const request = openRequest(sent, signal);
    const stopLimit = limitConnecting(request, sent.origin.protocol === 'https:');
    let stopListening = (): void => undefined;
    const end = (ending: HttpResult) => {
      stopLimit();
      stopListening();
      resolve(ending);
      request.destroy();
    };
    // A request that waits for the answer of a proxy does not react to its own signal.
    stopListening = onAbort(signal, () => end({ kind: 'failed', detail: NO_ANSWER, isFinal: false }));
    // Stays after the end: a request that is destroyed may still emit an error.
    request.on('error', (error) => end(describeFailure(error, signal)));
    let isAnswered = false;
    request.once('response', (response) => {
      isAnswered = true;
      readAnswer(response, end);
    });
    // If the server changes to another protocol, Node emits no error: the request only closes.
    request.once('close', () => {
      if (!isAnswered) end({ kind: 'failed', detail: NO_ANSWER, isFinal: false });
    });
    request.end(sent.body);
  });
}

/**
 * Loads Node's modules with getBuiltinModule. An import evaluates every export of the module, among them WebSocket and with
 * it Node's own copy of undici, which doubles the time and the memory that a small command takes.
 */
function openRequest(
  { origin, path, method, headers, ca }: OutgoingRequest,
  signal: AbortSignal,
): ClientRequest {
  const options: RequestOptions = {
    host: origin.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: origin.port === '' ? undefined : origin.port,
    path,
    method,
    headers: { ...headers, connection: 'close' },
    signal,
  };
  return origin.protocol === 'https:'
    ? process.getBuiltinModule('node:https').request(ca === undefined ? options : { ...options, ca })
    : process.getBuiltinModule('node:http').request(options);
}

function describeFailure(error: unknown, signal: AbortSignal): HttpResult {
  if (signal.aborted) return { kind: 'failed', detail: NO_ANSWER, isFinal: false };
  const { reason, detail } = transportFailure(error);
  return { kind: 'failed', detail: plainDetail(detail), isFinal: reason.startsWith('tls_') };
}

function plainDetail(detail: string): string {
  if (NO_TLS.test(detail)) return 'an answer without TLS';
  return detail.replace(NODE_HINT, ' (--ca-file names an authority to trust)');
}

function readAnswer(response: IncomingMessage, end: (ending: HttpResult) => void): void {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  const finish = () => {
    clearTimeout(timer);
    const text = firstLine(Buffer.concat(chunks).subarray(0, MAX_TEXT_BYTES));
    end({ kind: 'answered', status, headers, text });
  };
  const timer = setTimeout(finish, TEXT_TIMEOUT_MS);
  let received = 0;
  // A text that is cut off does not change the status.
  response.on('error', finish);
  if (isSuccess(status) || !/^text\/plain\b/i.test(headers['content-type'] ?? '')) return finish();
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= MAX_TEXT_BYTES) finish();
  });
  response.once('end', finish);
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function firstLine(bytes: Uint8Array): string {
  return printableText(bytes).replace(/(?:\\[rn])+$/, '');
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Destroys the request if it has no connection in time. After that the time limit is the caller's. Returns a
 * function that ends the limit.
 */
export function limitConnecting(request: ClientRequest, isTls: boolean): () => void {
  const timer = setTimeout(() => {
    request.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`));
  }, CONNECT_TIMEOUT_MS);
  const stop = () => clearTimeout(timer);
  request.once('socket', (socket) => {
    // Through a proxy the socket comes when everything is done, and emits nothing more.
    if (isTls ? (socket as TLSSocket).authorized : !socket.connecting) stop();
    else socket.once(isTls ? 'secureConnect' : 'connect', stop);
  });
  return stop;
}
