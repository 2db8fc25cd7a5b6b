// URLs that requests are sent to. The text is kept byte for byte: what is configured is what is requested.
// Invariant: no message quotes it, because queries and user info carry tokens.
import * as z from 'zod';
import { describeKind } from '../describe-value.ts';
import { refuse } from './cross-checks.ts';

const EXAMPLE = 'https://metrics.example.com/api/v1/write';

export function backendUrlSchema(example = EXAMPLE) {
  return z
    .string({ error: `a URL such as ${example}` })
    .superRefine((text, context) => {
      const fault = findFault(text, example);
      if (fault !== undefined) refuse(context, [], fault.expected, fault.found);
    })
    .meta({ pattern: '^https?://[^/?#@]+[^#]*$' });
}

/** The URL of text that has passed the schema, or undefined for anything else. */
export function parseBackendUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || findFault(text) !== undefined) return undefined;
  return new URL(text);
}

/** Stricter than `new URL()`, which repairs spaces, backslashes and missing hosts and would change the bytes. */
function findFault(text: string, example = EXAMPLE): { expected: string; found: string } | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return { expected: `a URL such as ${example}`, found: `${describeKind(text)} without https://` };
  if (scheme !== 'https' && scheme !== 'http')
    return { expected: 'an https:// URL', found: scheme.length > 5 ? 'another scheme' : `${scheme}://` };
  if (!/^[!-[\]-~]*$/.test(text))
    return { expected: 'a percent-encoded URL', found: 'a space or another raw character in it' };
  const authority = /:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  if (authority.includes('@'))
    return {
      expected: example === EXAMPLE ? 'a URL without user info (use basicAuth)' : 'a URL without user info',
      found: 'user info before the host',
    };
  if (text.includes('#')) return { expected: 'a URL without a fragment', found: '"#" in it' };
  if (/^(?::|$)/.test(authority)) return { expected: 'a URL with a host', found: 'none' };
  return URL.canParse(text)
    ? undefined
    : { expected: 'a URL with a valid host and port', found: 'another one' };
}

/** `hostname` as `URL.hostname` gives it: lower case, IPv4 in dotted form, IPv6 in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
