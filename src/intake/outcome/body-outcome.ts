// Translates what is thrown for the body of a push into its outcome. The one place that knows how decoding, parsing and
// encoding throw for malformed and oversized pushes. It adds a hint if the way the body was sent cannot work: the parser
// sees only bytes, and what it finds wrong there is not what went wrong.
import { DecodeBodyError, DecodedSizeError } from '../../decompress/body-decoder.ts';
import { ExpositionError } from '../../exposition/exposition-error.ts';
import { SeriesClashError } from '../../relabel/series-relabeler.ts';
import { SeriesTooLargeError } from '../../remotewrite/encoded-series.ts';
import { LF } from '../../wire/ascii.ts';
import { OutputLimitError } from '../../wire/output-buffer.ts';
import { CollisionError } from '../../wire/range-table.ts';
import type { PushOutcome } from './push-outcome.ts';

/** A body as it was given to the parser, and how it was declared. */
export interface SentBody {
  readonly contentType: string | undefined;
  readonly chunks: readonly Buffer[];
  /** Whether it was read as delimited protobuf. */
  readonly isProtobuf: boolean;
}

const FORM = /^\s*multipart\//i;
const URL_ENCODED = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;
const PROTOBUF = /^\s*application\/vnd\.google\.protobuf\s*(?:;|$)/i;

/** Throws `error` again if the body is not the cause. */
export function outcomeOfBodyError(error: unknown, body: SentBody): PushOutcome {
  if (error instanceof ExpositionError) return { kind: 'malformed', detail: malformedText(error, body) };
  if (
    error instanceof DecodeBodyError ||
    error instanceof CollisionError ||
    error instanceof SeriesClashError
  )
    return { kind: 'malformed', detail: error.message };
  if (
    error instanceof DecodedSizeError ||
    error instanceof SeriesTooLargeError ||
    error instanceof OutputLimitError
  )
    return { kind: 'tooLarge', detail: error.message };
  throw error;
}

/** One line. */
function malformedText(error: ExpositionError, body: SentBody): string {
  const hint = sendingHint(body);
  return hint === undefined ? error.message : `${error.withoutHint}; ${hint}`;
}

function sendingHint({ contentType, chunks, isProtobuf }: SentBody): string | undefined {
  if (contentType === undefined || isProtobuf) return undefined;
  if (FORM.test(contentType)) return 'this is a form: send the text itself, with curl by --data-binary @file';
  if (PROTOBUF.test(contentType))
    return 'protobuf is taken with proto=io.prometheus.client.MetricFamily and encoding=delimited only';
  // curl declares this type for every body. Only `-d` takes the line feeds away.
  if (URL_ENCODED.test(contentType) && chunks.every((chunk) => !chunk.includes(LF)))
    return 'the body has no line feed: curl -d removes them, --data-binary keeps them';
  return undefined;
}
