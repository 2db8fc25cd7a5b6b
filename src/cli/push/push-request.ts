// The request of `sluice push`: the whole input, read to its end before anything is sent, compressed, and under the headers
// that the options ask for. An input that is cut off is never pushed in part.
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { programVersion } from '../../version.ts';
import { quote } from '../../wire/quoted-text.ts';
import type { OutgoingRequest } from '../http-exchange.ts';
import { readCaFile } from '../options.ts';
import type { PushOptions } from './push-options.ts';

/** Calls `note` with what was read. Throws an Error with a sentence for people if there is nothing to send. */
export async function buildPushRequest(
  options: PushOptions,
  note: (text: string) => void,
): Promise<OutgoingRequest> {
  const { base, path, method, file } = options;
  // Before the input, which may be long in coming.
  const ca = readCaFile(options.caFile);
  note(`reading ${inputName(file)}`);
  const input = await readInput(file);
  if (input.length === 0 && !options.allowsEmpty) throw nothingIn(file);
  const { bytes, isCompressed } = options.compresses
    ? await gzipBody(input)
    : { bytes: input, isCompressed: false };
  note(`read ${input.length} bytes from ${inputName(file)}, sending ${bytes.length}`);
  return {
    origin: base.origin,
    path,
    method,
    headers: headersOf(options, bytes, isCompressed),
    body: bytes,
    ca,
  };
}

function headersOf(options: PushOptions, body: Uint8Array, isCompressed: boolean): Record<string, string> {
  const { contentType, headers, waitSeconds } = options;
  return {
    'user-agent': `sluice/${programVersion()} (push)`,
    'content-type': contentType,
    'content-length': String(body.length),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
    ...headers,
  };
}

function nothingIn(file: string): Error {
  const cause = file === '-' ? ' (did the command before the pipe fail?)' : '';
  return new Error(
    `Cannot push ${inputName(file)}: expected metrics, found nothing${cause}; --allow-empty pushes an empty body`,
  );
}

/** A body that fits into one packet anyway gains nothing. */
const SMALLEST_BYTES = 1024;

export interface PushBody {
  readonly bytes: Uint8Array;
  readonly isCompressed: boolean;
}

async function gzipBody(bytes: Uint8Array): Promise<PushBody> {
  if (bytes.length < SMALLEST_BYTES) return { bytes, isCompressed: false };
  const compressed = await promisify(process.getBuiltinModule('node:zlib').gzip)(bytes);
  return compressed.length < bytes.length
    ? { bytes: compressed, isCompressed: true }
    : { bytes, isCompressed: false };
}

/** As much as Sluice takes of one push, unless it is set up for more or less. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** `file` may be `-` for standard input. Throws an Error with a sentence. */
async function readInput(file: string, maxBytes = MAX_INPUT_BYTES): Promise<Buffer> {
  const name = inputName(file);
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      chunks.push(chunk as Buffer);
      received += (chunk as Buffer).length;
      if (received > maxBytes) break;
    }
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot read ${name}: expected a readable file, found ${code}`, { cause: error });
  }
  if (received > maxBytes)
    throw new Error(
      `Cannot push ${name}: expected at most ${maxBytes / (1024 * 1024)} MiB in one push, found more`,
    );
  return Buffer.concat(chunks, received);
}

function inputName(file: string): string {
  return file === '-' ? 'standard input' : quote(file, 200);
}
