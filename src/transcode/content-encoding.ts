// Which content encoding a header names.

export type ContentEncoding = 'identity' | 'gzip';

/** The one encoding of a `Content-Encoding` header; undefined for one that is not known, or more than one. */
export function readContentEncoding(header: string | undefined): ContentEncoding | undefined {
  if (header === undefined || header === '') return 'identity';
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return 'identity';
  return codings.length === 1 && (codings[0] === 'gzip' || codings[0] === 'x-gzip') ? 'gzip' : undefined;
}
