// Why an encoded body was not decoded: it is not sound, or too large. zlib's own errors are translated here.

/** The body is not whole or not sound. */
export class DecodeBodyError extends SyntaxError {
  /** `found` goes on from "found that". */
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

/** A snappy body that is not sound. */
export function snappyFault(found: string): DecodeBodyError {
  return new DecodeBodyError('snappy', found);
}

export const ENDS_EARLY = 'the data end too early';

/** The one place that knows zlib's errors. Those that are not the body's fault come back as they are. */
export function translateZlibError(error: unknown, encoding: string, maxBytes: number): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return new DecodedSizeError(encoding, maxBytes);
  if (code === 'Z_BUF_ERROR') return new DecodeBodyError(encoding, ENDS_EARLY, { cause: error });
  if (code === 'Z_DATA_ERROR') return new DecodeBodyError(encoding, error.message, { cause: error });
  if (!ZSTD_FAULTS_OF_BODY.test(code)) return error;
  const found = code === 'ZSTD_error_checksum_wrong' ? 'its checksum is wrong' : 'its content is not sound';
  return new DecodeBodyError(encoding, found, { cause: error });
}

const ZSTD_FAULTS_OF_BODY =
  /^ZSTD_error_(?:prefix_unknown|version_unsupported|frameParameter_|corruption_detected|checksum_wrong|literals_|dictionary_|srcSize_wrong|dstSize_tooSmall)/;
