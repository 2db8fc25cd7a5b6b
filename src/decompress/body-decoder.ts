// What the decoders of all content encodings share: their signature, the large bodies that they return, and their errors.

/**
 * A body that is too large to be decoded at once. First it is counted, so that memory for it can be reserved, then it is
 * decoded. Neither blocks the event loop for long.
 */
export interface LargeBody {
  /** The memory for counting, and for decoding besides the decoded bytes. */
  readonly workingBytes: number;
  /** The decoded size, at most the limit that was given. Rejects with DecodeBodyError and DecodedSizeError. */
  count(): Promise<number>;
  /** The decoded body; `size` is the result of `count`. Rejects with DecodeBodyError. */
  decode(size: number): Promise<Buffer>;
}

/**
 * Decodes a body at once if it is certain to be small.
 * Throws DecodeBodyError, and DecodedSizeError if it decodes to more than `maxBytes`.
 */
export type BodyDecoder = (body: Buffer, maxBytes: number) => Buffer | LargeBody;

/** Decoding up to this many bytes takes less time than handing the body to a thread. */
export const SMALL_DECODED = 1024 * 1024;

/** The body is incomplete or not valid. */
export class DecodeBodyError extends SyntaxError {
  /** `found` continues the sentence after "found that". */
  constructor(encoding: string, found: string, options?: ErrorOptions) {
    super(
      `Cannot decode ${encoding} body: expected a whole ${encoding} stream, found that ${found}`,
      options,
    );
  }
}

/** The decoded body is over its limit. */
export class DecodedSizeError extends RangeError {
  constructor(encoding: string, maxBytes: number) {
    super(`Cannot decode ${encoding} body: expected at most ${maxBytes} bytes decoded, found more`);
  }
}

export const ENDS_EARLY = 'the data end too early';

/** Translates an error of zlib. Returns an error that the body did not cause as it is. */
export function translateZlibError(error: unknown, encoding: string, maxBytes: number): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return new DecodedSizeError(encoding, maxBytes);
  if (code === 'Z_BUF_ERROR') return new DecodeBodyError(encoding, ENDS_EARLY, { cause: error });
  if (code === 'Z_DATA_ERROR') return new DecodeBodyError(encoding, error.message, { cause: error });
  if (!ZSTD_FAULTS_OF_BODY.test(code)) return error;
  const found = code === 'ZSTD_error_checksum_wrong' ? 'its checksum is wrong' : 'its content is corrupt';
  return new DecodeBodyError(encoding, found, { cause: error });
}

/** The codes of zstd's errors that a body causes. */
const ZSTD_FAULTS_OF_BODY =
  /^ZSTD_error_(?:prefix_unknown|version_unsupported|frameParameter_|corruption_detected|checksum_wrong|literals_|dictionary_|srcSize_wrong|dstSize_tooSmall)/;
