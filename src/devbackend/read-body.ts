// Reads a request's body under a limit, for both of the development backend's servers.
import type { IncomingMessage } from 'node:http';

export type BodyOutcome =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'tooLarge' }
  /** The client went away; there is nobody left to answer. */
  | { readonly kind: 'cut' };

export async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'tooLarge' };
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Left open on a return from the loop, so that the refusal can still be answered.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return { kind: 'tooLarge' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'cut' };
  }
  return { kind: 'whole', bytes: Buffer.concat(chunks, length) };
}
