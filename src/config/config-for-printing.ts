// The configuration as people may see it: on a page, in a log, in `sluice check`.
// Invariant: it holds no credential, no user name, no header value and no query string.
import type { BackendConfig, Config, OAuth2Config, ProxyConfig } from './config.ts';
import { REDACTED } from './secret.ts';

const USER_INFO = /^([^/?#]*:\/\/)[^/?#]*@/;

/** A plain object, safe for JSON and inspect. */
export function configForPrinting(config: Config): unknown {
  const safe = { ...config, remoteWrite: config.remoteWrite.map(redactBackend) };
  // Through JSON, so that nothing of the original, above all no Secret, is shared with the caller.
  return JSON.parse(JSON.stringify(safe));
}

function redactBackend(backend: BackendConfig): unknown {
  const { basicAuth, oauth2 } = backend;
  // Not from the configuration: the certificate that the development backend made for itself.
  const { ca: _, ...tlsConfig } = backend.tlsConfig;
  return {
    ...backend,
    url: redactUrl(backend.url),
    headers: redactValues(backend.headers),
    tlsConfig,
    ...redactProxy(backend),
    ...(oauth2 === undefined ? {} : { oauth2: redactOAuth2(oauth2) }),
    ...(basicAuth?.username === undefined ? {} : { basicAuth: { ...basicAuth, username: REDACTED } }),
  };
}

function redactOAuth2(oauth2: OAuth2Config): unknown {
  return { ...oauth2, tokenUrl: redactUrl(oauth2.tokenUrl), clientId: REDACTED, ...redactProxy(oauth2) };
}

/** The address of the proxy may be shown, but not the user name and password for it. */
function redactProxy({ proxyUrl }: ProxyConfig): { proxyUrl?: string } {
  return proxyUrl === undefined ? {} : { proxyUrl: redactUrl(proxyUrl.reveal()) };
}

/** The text before the query, byte for byte but for user info. */
export function redactUrl(url: string): string {
  const target = url.replace(USER_INFO, `$1${REDACTED}@`);
  const query = target.indexOf('?');
  return query < 0 ? target : `${target.slice(0, query)}?${REDACTED}`;
}

function redactValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, REDACTED]));
}
