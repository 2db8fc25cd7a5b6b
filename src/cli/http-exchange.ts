// One request of a command, and how it ended. Every ending is a value; nothing is followed and nothing repeated here.
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { printableText } from '../delivery/http/answer-text.ts';
import { transportFailure } from '../delivery/http/transport-reason.ts';
import { onAbort } from '../telemetry/wait.ts';
import { limitConnecting } from './limit-connecting.ts';

export interface HttpQuestion {
  readonly origin: URL;
  /** Goes out as it is. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Certificates in PEM that are trusted in place of the usual ones. */
  readonly ca?: string | undefined;
}

export type HttpEnding =
  /** `text` is one line, and empty where the answer is a success or brings no plain text. */
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
/** An answer is one line; what is longer comes from somebody else. */
const MAX_TEXT_BYTES = 4096;
/** The status is known by then, and the words behind it are not worth more. */
const TEXT_TIMEOUT_MS = 2000;

/** Never rejects. With `signal` it ends as a failure. */
export function exchangeHttp(question: HttpQuestion, signal: AbortSignal): Promise<HttpEnding> {
  return new Promise((resolve) => {
    const request = open(question, signal);
    const stopLimit = limitConnecting(request, question.origin.protocol === 'https:');
    let stopListening = (): void => undefined;
    const end = (ending: HttpEnding) => {
      stopLimit();
      stopListening();
      resolve(ending);
      request.destroy();
    };
    // A request that waits for the answer of a proxy does not hear its own signal.
    stopListening = onAbort(signal, () => end({ kind: 'failed', detail: NO_ANSWER, isFinal: false }));
    // Stays for what comes behind the end: a request that is destroyed may still complain.
    request.on('error', (error) => end(describeFailure(error, signal)));
    let isAnswered = false;
    request.once('response', (response) => {
      isAnswered = true;
      readAnswer(response, end);
    });
    // Node tells of no error where the server changes to another protocol: it only closes.
    request.once('close', () => {
      if (!isAnswered) end({ kind: 'failed', detail: NO_ANSWER, isFinal: false });
    });
    request.end(question.body);
  });
}

/**
 * Node's modules are taken without their ES module faces: those evaluate every export, WebSocket among them, and with it
 * Node's own copy of undici, which doubles the time and the memory that a small command takes.
 */
function open({ origin, path, method, headers, ca }: HttpQuestion, signal: AbortSignal): ClientRequest {
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

function describeFailure(error: unknown, signal: AbortSignal): HttpEnding {
  if (signal.aborted) return { kind: 'failed', detail: NO_ANSWER, isFinal: false };
  const { reason, detail } = transportFailure(error);
  return { kind: 'failed', detail: inOurWords(detail), isFinal: reason.startsWith('tls_') };
}

function inOurWords(detail: string): string {
  if (NO_TLS.test(detail)) return 'an answer without TLS';
  return detail.replace(NODE_HINT, ' (--ca-file names an authority to trust)');
}

function readAnswer(response: IncomingMessage, end: (ending: HttpEnding) => void): void {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  const finish = () => {
    clearTimeout(timer);
    const text = firstLine(Buffer.concat(chunks).subarray(0, MAX_TEXT_BYTES));
    end({ kind: 'answered', status, headers, text });
  };
  const timer = setTimeout(finish, TEXT_TIMEOUT_MS);
  let received = 0;
  // A cut in the text leaves the status as true as it was.
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
