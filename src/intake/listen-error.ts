// Why an address cannot be listened on, in words for whoever chose it.
import type { Config } from '../config/config.ts';

const WANTED_ADDRESS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'a port that no other program listens on',
  EACCES: 'a port that this user may listen on',
};

export function listenError({ host, port }: Config['listenAddress'], cause: unknown): Error {
  const { code = String(cause) } = cause as NodeJS.ErrnoException;
  const wanted = WANTED_ADDRESS[code] ?? 'an address of this machine';
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Error(`Cannot listen on ${address}: expected ${wanted}, seen ${code}`, { cause });
}
