// One request to the API that Lambda offers to extensions, on the loopback of the environment. It has a time limit only
// where one is given: the next event may be hours away, and the environment frozen meanwhile.
import { type Agent, request } from 'node:http';

export interface ApiRequest {
  readonly agent: Agent;
  /** Host and port. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An event is some hundred bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Rejects with the error of the connection, of the time limit, or of an answer that does not end. */
export function requestApi({ agent, endpoint, method, path, headers, body, timeoutMs }: ApiRequest) {
  return new Promise<ApiAnswer>((resolve, reject) => {
    const sent = request(
      `http://${endpoint}${path}`,
      {
        agent,
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
      },
      (response) => {
        const pieces: Buffer[] = [];
        let length = 0;
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > MAX_ANSWER_BYTES) response.destroy(tooLong(path, length));
          else pieces.push(piece);
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, text: Buffer.concat(pieces).toString() });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function tooLong(path: string, length: number): Error {
  return new Error(
    `Cannot read the answer of ${path}: expected at most ${MAX_ANSWER_BYTES} bytes, found ${length} and more`,
  );
}
