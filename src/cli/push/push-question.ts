// What `sluice push` sends: the input, compressed, under the headers that its options ask for.
import { programVersion } from '../../version.ts';
import { readCaFile } from '../ca-file.ts';
import type { HttpQuestion } from '../http-exchange.ts';
import { gzipBody } from './gzip-body.ts';
import type { PushOptions } from './push-options.ts';
import { inputName, readInput } from './read-input.ts';

/** `note` is told what was read. Throws an Error with a sentence where there is nothing to send. */
export async function readPushQuestion(
  options: PushOptions,
  note: (text: string) => void,
): Promise<HttpQuestion> {
  const { base, path, method, file } = options;
  // Before the input, which may be long in coming.
  const ca = readCaFile(options.caFile);
  note(`reads ${inputName(file)}`);
  const input = await readInput(file);
  if (input.length === 0 && !options.allowsEmpty) throw nothingIn(file);
  const { bytes, isCompressed } = options.compresses
    ? await gzipBody(input)
    : { bytes: input, isCompressed: false };
  note(`read ${input.length} bytes from ${inputName(file)}, sends ${bytes.length}`);
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
    `Cannot push ${inputName(file)}: expected metrics, found nothing${cause}; --allow-empty pushes nothing as well`,
  );
}
