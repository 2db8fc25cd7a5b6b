// The development backend's remote write endpoint, 1.0 and 2.0, over TLS. It refuses what a real backend refuses, so that a
// defect in Sluice shows here first. 204 means that every sample and native histogram of the request is stored.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { readBody } from '../loopback-server.ts';
import { MalformedError } from '../protobuf-messages.ts';
import type { SampleStore } from '../store/sample-store.ts';
import type { Certificate } from './certificate.ts';
import { TooLargeError } from './uncompress-block.ts';
import { findRequestFault } from './write-request-check.ts';
import { type DecodedWriteRequest, decodeWriteRequest } from './write-request-v1.ts';
import { decodeRequestV2 } from './write-request-v2.ts';

export const WRITE_PATH = '/api/v1/write';

interface ReceiverOptions {
  readonly certificate: Certificate;
  readonly store: SampleStore;
  readonly nowMs: () => number;
  /** Limits both the body as it arrives and the decompressed body. */
  readonly maxBytes: number;
}

interface WriteAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The server, not yet listening. */
export function createReceiver(options: ReceiverOptions): Server {
  const { certPem, keyPem } = options.certificate;
  return createServer({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }, (request, response) => {
    answerWrite(request, options).then(
      (answer) => answer && send(response, answer),
      (error: Error) =>
        send(response, { status: 500, reason: `Cannot store write request: ${error.message}` }),
    );
  });
}

/** Undefined when the client went away. */
async function answerWrite(
  request: IncomingMessage,
  options: ReceiverOptions,
): Promise<WriteAnswer | undefined> {
  const refusal = refuseByHead(request);
  if (refusal !== undefined) return refusal;
  const body = await readBody(request, options.maxBytes);
  switch (body.kind) {
    case 'cut':
      return undefined;
    case 'tooLarge':
      return tooLarge(`Cannot read write request: expected at most ${options.maxBytes} bytes, found more`);
    case 'whole':
      return isRequestV2Type(request.headers['content-type'])
        ? storeV2(body.bytes, options)
        : storeBody(body.bytes, options, decodeWriteRequest);
  }
}

function refuseByHead(request: IncomingMessage): WriteAnswer | undefined {
  const [path] = (request.url ?? '').split('?');
  if (path !== WRITE_PATH) {
    return refuse(404, `Cannot serve ${JSON.stringify(path)}: expected ${WRITE_PATH}`);
  }
  if (request.method !== 'POST') {
    const reason = `Cannot serve ${request.method}: expected POST`;
    return { status: 405, reason, headers: { allow: 'POST', connection: 'close' } };
  }
  const encoding = request.headers['content-encoding'];
  if (encoding?.toLowerCase() !== 'snappy') return unsupported('content encoding', 'snappy', encoding);
  const type = request.headers['content-type'];
  if (!isWriteRequestType(type) && !isRequestV2Type(type))
    return unsupported('content type', 'application/x-protobuf', type);
  return undefined;
}

/** The bare type, or the type with the message name of version 1.0. */
function isWriteRequestType(type: string | undefined): boolean {
  const [mediaType, ...parameters] = (type ?? '').split(';').map((part) => part.trim());
  if (mediaType?.toLowerCase() !== 'application/x-protobuf') return false;
  return parameters.every(
    (parameter) => !/^proto=/i.test(parameter) || parameter.endsWith('=prometheus.WriteRequest'),
  );
}

/** As real receivers do: with a space before the parameter they read the body as version 1.0. */
function isRequestV2Type(type: string | undefined): boolean {
  const [mediaType, ...parameters] = (type ?? '').split(';');
  const isProtobuf = mediaType?.trim().toLowerCase() === 'application/x-protobuf';
  return isProtobuf && parameters.includes('proto=io.prometheus.write.v2.Request');
}

/** Also reports how much was written, which is all or nothing. */
function storeV2(bytes: Uint8Array, options: ReceiverOptions): WriteAnswer {
  let written: DecodedWriteRequest | undefined;
  const answer = storeBody(bytes, options, (body, maxBytes) => {
    written = decodeRequestV2(body, maxBytes);
    return written;
  });
  const stored = answer.status === 204 ? (written?.timeseries ?? []) : [];
  const count = (of: 'samples' | 'histograms' | 'exemplars') =>
    String(stored.reduce((sum, series) => sum + series[of].length, 0));
  const headers = {
    'x-prometheus-remote-write-samples-written': count('samples'),
    'x-prometheus-remote-write-histograms-written': count('histograms'),
    'x-prometheus-remote-write-exemplars-written': count('exemplars'),
  };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function storeBody(
  bytes: Uint8Array,
  { store, nowMs, maxBytes }: ReceiverOptions,
  decode: (bytes: Uint8Array, maxBytes: number) => DecodedWriteRequest,
): WriteAnswer {
  try {
    const request = decode(bytes, maxBytes);
    const reason = findRequestFault(request);
    if (reason !== undefined) return { status: 400, reason };
    const outcome = store.append(request, nowMs());
    return outcome.kind === 'stored' ? { status: 204 } : { status: 400, reason: outcome.reason };
  } catch (error) {
    if (error instanceof TooLargeError) return tooLarge(error.message);
    if (error instanceof MalformedError) return { status: 400, reason: error.message };
    throw error;
  }
}

function unsupported(what: string, wanted: string, actual: string | undefined): WriteAnswer {
  const found = actual === undefined ? 'none' : JSON.stringify(actual);
  return refuse(415, `Cannot read write request: expected ${what} ${wanted}, found ${found}`);
}

function tooLarge(reason: string): WriteAnswer {
  return refuse(413, reason);
}

/** A refusal before the body was read to its end, so the connection cannot be used again. */
function refuse(status: number, reason: string): WriteAnswer {
  return { status, reason, headers: { connection: 'close' } };
}

function send(response: ServerResponse, { status, reason, headers }: WriteAnswer): void {
  if (reason === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const line = `${reason.replaceAll(/[\r\n]+/g, ' ')}\n`;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(line);
}
