// Which proxy a target is reached through, if any: the one configured, or the one that the environment names. Also reads
// lists of hosts that no proxy is for. A proxy's credentials leave this file only as headers for the proxy itself.
import { BlockList, isIP } from 'node:net';
import type { ProxyConfig } from '../../config/config.ts';
import type { Environment } from '../../config/expand-variables.ts';
import { Secret } from '../../config/secret.ts';

export interface ProxyRoute {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `Proxy-Authorization`, if the URL has user info. */
  readonly authorization: Secret | undefined;
  /** For CONNECT only. */
  readonly connectHeaders: Readonly<Record<string, Secret>>;
  /** What must not be shown of all this. */
  readonly secrets: readonly Secret[];
}

/** Undefined: `target` is reached directly. */
export type ChooseProxy = (target: URL) => ProxyRoute | undefined;

/** Throws an Error if the environment names a proxy that cannot be used. */
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

interface Entry {
  /** Undefined: any. */
  readonly port: string | undefined;
  readonly holds: (host: string) => boolean;
}

/** Whether a connection is made directly. `host` is without brackets, `port` the one that is connected to. */
export type NoProxy = (host: string, port: string) => boolean;

/**
 * A list of hosts that no proxy is for, as Go's httpproxy reads NO_PROXY, so that one environment means one thing
 * (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config). Loopback is always one of them.
 */
export function parseNoProxy(text: string): NoProxy {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  const loopback = network('127.0.0.0', 8);
  return (host, port) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    if (name === 'localhost' || name === '::1' || loopback(name)) return true;
    return entries.some((entry) => (entry.port ?? port) === port && entry.holds(name));
  };
}

function parseEntry(entry: string): Entry {
  if (entry === '*') return { port: undefined, holds: () => true };
  const [, base = '', bits] = /^(.*)\/(\d{1,3})$/.exec(entry) ?? [];
  if (isPrefix(base, Number(bits))) return { port: undefined, holds: network(base, Number(bits)) };
  const [, bracketed, plain = '', port] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const host = bracketed ?? plain;
  if (isIP(host) !== 0) return { port, holds: network(host, isIP(host) === 4 ? 32 : 128) };
  return { port, holds: domain(host) };
}

function isPrefix(base: string, bits: number): boolean {
  const version = isIP(base);
  return version !== 0 && bits <= (version === 4 ? 32 : 128);
}

function network(base: string, bits: number): (host: string) => boolean {
  const list = new BlockList();
  list.addSubnet(base, bits, isIP(base) === 4 ? 'ipv4' : 'ipv6');
  return (host) => {
    const version = isIP(host);
    return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** `example.com` is the name and all below it; `.example.com` and `*.example.com` only what is below it. */
function domain(pattern: string): (host: string) => boolean {
  const isBelowOnly = /^\*?\./.test(pattern);
  const suffix = isBelowOnly ? pattern.replace(/^\*/, '') : `.${pattern}`;
  return (host) => host.endsWith(suffix) || (!isBelowOnly && host === pattern);
}
