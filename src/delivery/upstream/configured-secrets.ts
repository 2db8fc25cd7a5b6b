// What of a backend's configuration, besides its credential, must not be shown should the backend repeat it: the values
// of custom headers and of the URL's query, and what the proxy is told about us.
import type { BackendConfig } from '../../config/config.ts';
import { REDACTED, Secret } from '../../config/secret.ts';
import type { ProxyRoute } from '../http/proxy-route.ts';

/** Shorter values guard nothing, and blanking them would make other words unreadable. */
const MIN_LENGTH = 8;

export class ConfiguredSecrets {
  readonly #secrets: readonly Secret[];

  constructor({ headers, url }: Pick<BackendConfig, 'headers' | 'url'>, proxy?: ProxyRoute) {
    const ofProxy = (proxy?.secrets ?? []).map((secret) => secret.reveal());
    const texts = [...Object.values(headers), ...queryValues(url), ...ofProxy].filter(
      (text) => text.length >= MIN_LENGTH,
    );
    // A value that holds another one goes first, or half of it would stay.
    this.#secrets = texts.sort((a, b) => b.length - a.length).map((text) => new Secret(text));
  }

  redact(text: string): string {
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret.reveal(), REDACTED), text);
  }
}

/** As they are written and as they are meant; a part without "=" is a value. */
function queryValues(url: string): string[] {
  const start = url.indexOf('?') + 1;
  if (start === 0) return [];
  const query = url.slice(start);
  const written = query.split('&').map((part) => part.slice(part.indexOf('=') + 1));
  return [...written, ...new URLSearchParams(query).values()];
}
