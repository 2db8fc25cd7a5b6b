// Which hosts a proxy is not for, read as Go's httpproxy reads NO_PROXY, so that one environment means one thing.
// https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
import { BlockList, isIP } from 'node:net';

interface Entry {
  /** Undefined: any. */
  readonly port: string | undefined;
  readonly holds: (host: string) => boolean;
}

/** `host` without brackets, `port` as it is connected to. Tells whether the connection is to be made directly. */
export type NoProxy = (host: string, port: string) => boolean;

/** Loopback is never reached through a proxy where this is asked. */
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
