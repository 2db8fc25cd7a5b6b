// What a backend must not be quoted with, should it repeat what it was sent: credentials, custom header values, the query
// of its URL, and what its proxy is sent. Secrets leave here only blanked out.
import type { BackendConfig } from '../../config/config.ts';
import { redactSecrets, Secret } from '../../config/secret.ts';
import type { ProxyRoute } from '../http/proxy-route.ts';

/** Earlier credentials stay known: answers to attempts that were made with them may still come. */
const KEPT = 64;
/** Shorter values guard nothing, and blanking them out would make other words unreadable. */
export const MIN_SECRET_LENGTH = 8;

export class KnownSecrets {
  /** The latest first. */
  #secrets: readonly Secret[] = [];

  add(...texts: readonly string[]): void {
    const others = this.#secrets.filter((secret) => !texts.includes(secret.reveal()));
    const added = [...new Set(texts)].filter((text) => text !== '').map((text) => new Secret(text));
    this.#secrets = [...added, ...others].slice(0, Math.max(KEPT, added.length));
  }

  redact(text: string): string {
    return redactSecrets(
      text,
      this.#secrets.map((secret) => secret.reveal()),
    );
  }
}

/** What the configuration of a backend holds besides its credential. */
export function configuredSecrets(
  { headers, url }: Pick<BackendConfig, 'headers' | 'url'>,
  proxy: ProxyRoute | undefined,
): KnownSecrets {
  const ofProxy = (proxy?.secrets ?? []).map((secret) => secret.reveal());
  const texts = [...Object.values(headers), ...queryValues(url), ...ofProxy];
  const secrets = new KnownSecrets();
  secrets.add(...texts.filter((text) => text.length >= MIN_SECRET_LENGTH));
  return secrets;
}

/** As written and as decoded. A part without "=" is a value. */
function queryValues(url: string): string[] {
  const start = url.indexOf('?') + 1;
  if (start === 0) return [];
  const query = url.slice(start);
  const written = query.split('&').map((part) => part.slice(part.indexOf('=') + 1));
  return [...written, ...new URLSearchParams(query).values()];
}
