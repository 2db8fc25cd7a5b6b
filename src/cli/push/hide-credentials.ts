// A server may repeat what it was sent. What is shown of its answer holds no header value that may be a credential.
import { redactSecrets } from '../../config/secret.ts';
import type { HttpEnding } from '../http-exchange.ts';

/** What is shorter is no credential, and would be found inside of words. */
const SHORTEST = 4;

/** `headers`: those of --header, and Authorization. */
export function hideCredentials(ending: HttpEnding, headers: Readonly<Record<string, string>>): HttpEnding {
  if (ending.kind === 'failed') return ending;
  const secrets = Object.values(headers)
    .flatMap(secretsIn)
    .filter(({ length }) => length >= SHORTEST);
  const hide = (text: string) => redactSecrets(text, secrets);
  const { location } = ending.headers;
  const shown = location === undefined ? {} : { location: hide(location) };
  return { ...ending, text: hide(ending.text), headers: { ...ending.headers, ...shown } };
}

/** The value, what stands behind a scheme such as Bearer, and the password of Basic. */
function secretsIn(value: string): string[] {
  const credential = value.replace(/^\S+\s+/, '');
  const pair = /^basic\s/i.test(value) ? Buffer.from(credential, 'base64').toString() : '';
  return [value, credential, pair, pair.replace(/^[^:]*:/, '')];
}
