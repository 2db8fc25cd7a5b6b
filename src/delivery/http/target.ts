// Cuts a backend's URL into origin and request target. The target goes onto the wire byte by byte as configured.

export interface Target {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query exactly as in the URL; `/` where it has none. */
  readonly path: string;
}

const URL_PARTS = /^(https?:\/\/[^/?#]+)([^#]*)(?:#.*)?$/i;

/** Throws a SyntaxError for a URL that cannot be used as a request target. */
export function parseTarget(url: string): Target {
  const [, authority, rest] = URL_PARTS.exec(url) ?? [];
  if (authority === undefined || rest === undefined || !URL.canParse(authority)) {
    throw new SyntaxError(
      'Cannot use remote-write URL: expected http:// or https:// and a host, found something else',
    );
  }
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  if (!/^[\x21-\x7e]+$/.test(path)) {
    throw new SyntaxError(
      'Cannot use remote-write URL: expected printable ASCII in path and query, found other characters',
    );
  }
  return { origin: new URL(authority).origin, path };
}
