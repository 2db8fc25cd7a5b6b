// One HTTP request on a connection of its own. The target is sent unchanged.
import http from 'node:http';

export interface HttpRequest {
  readonly method?: string;
  readonly target: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const TIMEOUT_MS = 60_000;

/** `address` is host and port. Rejects if the connection ends without an answer. */
export function sendHttp(address: string, request: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', target, headers = {}, body } = request;
  const { hostname, port } = new URL(`http://${address}`);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { host: hostname.replace(/[[\]]/g, ''), port, method, path: target, headers, agent: false };
  return new Promise((resolve, reject) => {
    const sent = http.request({ ...options, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Below the default prefix, the grouping key of the checks. */
export const PUSH_TARGET = '/pushgateway/metrics/job/test/instance/i1';

export interface Push {
  readonly target?: string;
  readonly method?: 'PUT' | 'POST';
  readonly headers?: http.OutgoingHttpHeaders;
}

export function sendPush(address: string, body: string | Uint8Array, push: Push = {}): Promise<HttpAnswer> {
  return sendHttp(address, { method: 'PUT', target: PUSH_TARGET, ...push, body });
}
