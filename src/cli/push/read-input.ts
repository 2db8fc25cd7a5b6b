// The whole of what is to be pushed, in memory: nothing is sent before its end is seen, so a cut is never half a push.
import { createReadStream } from 'node:fs';
import { quote } from '../../intake/outcome/quoted-text.ts';

/** As much as Sluice takes of one push, unless it is set up for more or less. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** `file` may be `-` for standard input. Throws an Error with a sentence. */
export async function readInput(file: string, maxBytes = MAX_INPUT_BYTES): Promise<Buffer> {
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

export function inputName(file: string): string {
  return file === '-' ? 'standard input' : quote(file, 200);
}
