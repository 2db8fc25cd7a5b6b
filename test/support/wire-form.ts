// Requests byte for byte as a client is known to put them on the wire.
import type { IntakeRoad } from './intake-road.ts';
import type { RawAnswer } from './raw-connection.ts';

/** Request line and headers as they are given, then the body. Nothing is added. */
export function wireForm(lines: readonly string[], body: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** A body in the chunks that a writer without a length makes of it: one for each flush. */
export function inChunks(...pieces: readonly (string | Uint8Array)[]): Buffer {
  const chunks = [...pieces, ''].map((piece) => {
    const bytes = Buffer.from(piece);
    return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
  });
  return Buffer.concat(chunks);
}

/** The answer to a request on a connection of its own. */
export async function answerTo(road: IntakeRoad, request: Uint8Array): Promise<RawAnswer> {
  const connection = await road.connect();
  connection.send(request);
  return connection.answer();
}
