// Why a body is refused, for whoever sent it in a way that cannot work: the parser sees only its bytes, and what it finds
// wrong there is not what went wrong.
import type { ExpositionError } from '../exposition/exposition-error.ts';
import { LF } from '../wire/ascii.ts';

const FORM = /^\s*multipart\//i;
const URL_ENCODED = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;
const PROTOBUF = /^\s*application\/vnd\.google\.protobuf\s*(?:;|$)/i;

/** One line. `isProtobuf`: whether the body was read as delimited protobuf. */
export function refusalText(
  error: ExpositionError,
  contentType: string | undefined,
  chunks: readonly Buffer[],
  isProtobuf: boolean,
): string {
  const hint = contentType === undefined || isProtobuf ? undefined : hintFor(contentType, chunks);
  return hint === undefined ? error.message : `${error.withoutHint}; ${hint}`;
}

function hintFor(contentType: string, chunks: readonly Buffer[]): string | undefined {
  if (FORM.test(contentType)) return 'this is a form: send the text itself, with curl by --data-binary @file';
  if (PROTOBUF.test(contentType))
    return 'protobuf is taken with proto=io.prometheus.client.MetricFamily and encoding=delimited only';
  // What curl says of every body; only `-d` takes the line feeds away.
  if (URL_ENCODED.test(contentType) && chunks.every((chunk) => !chunk.includes(LF)))
    return 'the body has no line feed: curl -d removes them, --data-binary keeps them';
  return undefined;
}
