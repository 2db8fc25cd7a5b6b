// The proxy that stands between us and a target, if any: the one configured, or the one the environment names.
// Invariant: its credentials leave this file only as headers for the proxy itself.
import type { ProxyConfig } from '../../config/config.ts';
import { Secret } from '../../config/secret.ts';
import { type NoProxy, parseNoProxy } from './no-proxy.ts';

export interface ProxyRoute {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `Proxy-Authorization`, where the URL has user info. */
  readonly authorization: Secret | undefined;
  /** For CONNECT alone. */
  readonly connectHeaders: Readonly<Record<string, Secret>>;
  /** What of all this must not be shown. */
  readonly secrets: readonly Secret[];
}

/** Undefined: `target` is reached directly. */
export type ChooseProxy = (target: URL) => ProxyRoute | undefined;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an Error where the environment names a proxy that cannot be used. */
export function proxyChoice(config: ProxyConfig, env: Environment): ChooseProxy {
  const { proxyUrl, noProxy, proxyFromEnvironment, proxyConnectHeader } = config;
  if (proxyFromEnvironment) return environmentChoice(env, proxyConnectHeader);
  if (proxyUrl === undefined) return () => undefined;
  const route = parseRoute(proxyUrl.reveal(), proxyConnectHeader);
  const isDirect = noProxy === undefined || noProxy === '' ? () => false : parseNoProxy(noProxy);
  return (target) => (skips(isDirect, target) ? undefined : route);
}

function environmentChoice(env: Environment, headers: Readonly<Record<string, Secret>>): ChooseProxy {
  const isDirect = parseNoProxy(variable(env, 'NO_PROXY') ?? '');
  const routes = {
    'http:': environmentRoute(env, 'HTTP_PROXY', headers),
    'https:': environmentRoute(env, 'HTTPS_PROXY', headers),
  };
  return (target) =>
    skips(isDirect, target) ? undefined : routes[target.protocol === 'http:' ? 'http:' : 'https:'];
}

function environmentRoute(env: Environment, name: string, headers: Readonly<Record<string, Secret>>) {
  const text = variable(env, name);
  if (text === undefined) return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new Error(
      `Cannot use the proxy of ${name}: expected a URL of http:// or https://, found something else`,
    );
  return parseRoute(url, headers);
}

/** As Go: upper case first; an empty value is none. */
function variable(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

function skips(isDirect: NoProxy, { hostname, port, protocol }: URL): boolean {
  return isDirect(hostname.replace(/^\[|\]$/g, ''), port || (protocol === 'http:' ? '80' : '443'));
}

function parseRoute(text: string, connectHeaders: Readonly<Record<string, Secret>>): ProxyRoute {
  const { origin, username, password } = new URL(text);
  const user = `${decode(username)}:${decode(password)}`;
  const credentials = user === ':' ? undefined : Buffer.from(user).toString('base64');
  const texts = [password, decode(password), credentials ?? ''].filter((word) => word !== '');
  return {
    origin,
    authorization: credentials === undefined ? undefined : new Secret(`Basic ${credentials}`),
    connectHeaders,
    secrets: [...texts.map((word) => new Secret(word)), ...Object.values(connectHeaders)],
  };
}

/** A password with a bare percent sign stays what it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
