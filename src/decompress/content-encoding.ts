// Which content encoding a header names.

export type ContentEncoding = 'identity' | 'gzip' | 'snappy' | 'zstd';

/**
 * Names of codings (RFC 9110, section 8.4.1) and what they stand for. `x-snappy-framed` is the name that the description
 * of the framing format gives itself; clients call both that and the block format `snappy`.
 */
const CODINGS: ReadonlyMap<string, ContentEncoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['snappy', 'snappy'],
  ['x-snappy-framed', 'snappy'],
  ['zstd', 'zstd'],
]);

/** The one encoding of a `Content-Encoding` header; undefined for one that is not known, or more than one. */
export function readContentEncoding(header: string | undefined): ContentEncoding | undefined {
  if (header === undefined || header === '') return 'identity';
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return 'identity';
  return codings.length === 1 ? CODINGS.get(codings[0]!) : undefined;
}
