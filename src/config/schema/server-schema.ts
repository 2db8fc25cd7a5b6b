// The listener: its address, and limits so that no client holds a connection without using it.
import { isIP, isIPv6 } from 'node:net';
import * as z from 'zod';
import { ALWAYS, notAbove, refuseValue } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { duration, LONGEST_DURATION, wholeNumber } from './quantities.ts';

const BOUNDS = { min: '1ms', max: LONGEST_DURATION };

export function serverSchema() {
  return mapping({
    headersTimeout: duration(BOUNDS)
      .prefault('10s')
      .describe('How long a client may take to send the headers of a request.'),
    requestTimeout: duration(BOUNDS)
      .prefault('60s')
      .describe('How long a client may take to send a whole request.'),
    keepAliveTimeout: duration(BOUNDS)
      .prefault('75s')
      .describe(
        'How long a connection may be idle between requests. Set it above the idle timeout of a load balancer.',
      ),
    maxConnections: wholeNumber(1, 1_000_000)
      .prefault(10_000)
      .describe('Connections at one time. Sluice closes more at once.'),
  }).superRefine(notAbove('headersTimeout', 'requestTimeout', 'ms'), ALWAYS);
}

const EXPECTED = 'host:port, :port or [IPv6]:port with a port from 0 to 65535';

export function listenAddressSchema() {
  return z
    .string({ error: EXPECTED })
    .meta({ pattern: /^(?:[^:[\]]*|\[[0-9a-fA-F:.%\w]+\]):\d{1,5}$/.source })
    .transform((text, context) => {
      const address = parseListenAddress(text);
      if (address !== undefined) return address;
      refuseValue(
        context,
        isBareIPv6(text) ? 'an IPv6 address in brackets such as [::1]:3030' : EXPECTED,
        text,
      );
      return z.NEVER;
    });
}

function parseListenAddress(text: string): { host: string; port: number } | undefined {
  const [, ipv6, name = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) return undefined;
  if (ipv6 !== undefined) return isIPv6(ipv6) ? { host: ipv6, port } : undefined;
  return isHostName(name) ? { host: name, port } : undefined;
}

/** Four numbers with dots must be an address: 1.2.3.400 is a slip, not a name. */
function isHostName(name: string): boolean {
  if (/^[\d.]+$/.test(name)) return isIP(name) === 4;
  return name === '' || /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(name);
}

function isBareIPv6(text: string): boolean {
  return isIPv6(text) || isIPv6(text.replace(/:\d+$/, ''));
}
