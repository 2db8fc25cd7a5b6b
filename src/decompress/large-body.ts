// An encoded body that is too large to be decoded at once: first its decoded size is told, so that the memory for it can
// be asked for, then it is decoded. Neither holds up the event loop for long.

export interface LargeBody {
  /** What counting takes in memory, and decoding beside the decoded bytes. */
  readonly workingBytes: number;
  /** The decoded size, at most the limit that was given. Rejects with DecodeBodyError and DecodedSizeError. */
  count(): Promise<number>;
  /** The decoded body, which has been counted to come to `size` bytes. Rejects with DecodeBodyError. */
  decode(size: number): Promise<Buffer>;
}

/**
 * Reads an encoded body: decoded at once where it is surely small.
 * Throws DecodeBodyError, and DecodedSizeError where it decodes to more than `maxBytes`.
 */
export type BodyDecoder = (body: Buffer, maxBytes: number) => Buffer | LargeBody;

/** Up to so many decoded bytes decoding takes less time than handing it over. */
export const SMALL_DECODED = 1024 * 1024;
