// The --url of a command: where Sluice is. Credentials leave the URL here, so that what is shown of it holds none.
import { UsageError } from './usage-error.ts';

export interface BaseUrl {
  readonly origin: URL;
  /** Without slashes at its end; empty for the root. As it was given, since a request carries it so. */
  readonly path: string;
  /** Value of the header Authorization. */
  readonly authorization: string | undefined;
}

/** Throws UsageError. */
export function parseBaseUrl(text: string, flag: string): BaseUrl {
  const url = parse(text, flag);
  if (url.search !== '' || url.hash !== '')
    throw new UsageError(`expected ${flag} without "?" and "#", found one of them`);
  const authorization = basicAuthorization(url, flag);
  return { origin: new URL(url.origin), path: url.pathname.replace(/\/+$/, ''), authorization };
}

/** For people: without credentials. */
export function showUrl(base: BaseUrl, path: string): string {
  return `${base.origin.origin}${path}`;
}

function parse(text: string, flag: string): URL {
  const isHttp = /^https?:\/\//i.test(text);
  if (!isHttp || !URL.canParse(text))
    throw new UsageError(
      `expected ${flag} to be a URL such as http://127.0.0.1:3030, found ${isHttp ? 'one that cannot be read' : 'none with http:// or https:// in front'}`,
    );
  return new URL(text);
}

function basicAuthorization({ username, password }: URL, flag: string): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch (error) {
    throw new UsageError(`expected percent-encoded user and password in ${flag}, found others`, {
      cause: error,
    });
  }
}
