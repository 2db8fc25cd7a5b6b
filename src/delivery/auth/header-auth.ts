// Credentials that are a header as they stand: a token, or user name and password.
import type { BackendConfig } from '../../config/config.ts';
import type { BackendAuth } from './backend-auth.ts';
import { Credentials } from './credentials.ts';

/** Throws an Error that names the file where one cannot be used. `onUnreadable` hears of later trouble. */
export function headerAuth(
  backend: Pick<BackendConfig, 'authorization' | 'basicAuth'>,
  onUnreadable: (detail: string) => void,
): BackendAuth {
  const credentials = new Credentials(backend, onUnreadable);
  return {
    async authenticate() {
      const authorization = credentials.authorization();
      return { kind: 'ready', headers: authorization === undefined ? [] : ['authorization', authorization] };
    },
    redact: (text) => credentials.redact(text),
    async close() {},
  };
}
