// The remote-write target, and the like. Its text is kept byte for byte: what is configured is what is requested.
// Invariant: no message quotes it, because queries and user info carry tokens.
import * as z from 'zod';
import { seenKind } from '../seen.ts';
import { refuse } from './cross-checks.ts';

const EXAMPLE = 'https://metrics.example.com/api/v1/write';

export function backendUrlSchema(example = EXAMPLE) {
  return z
    .string({ error: `a URL such as ${example}` })
    .superRefine((text, context) => {
      const fault = findFault(text, example);
      if (fault !== undefined) refuse(context, [], fault.expected, fault.seen);
    })
    .meta({ pattern: '^https?://[^/?#@]+[^#]*$' });
}

/** The URL of text that has passed the schema, or undefined for anything else. */
export function parseBackendUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || findFault(text) !== undefined) return undefined;
  return new URL(text);
}

/** Stricter than `new URL()`, which repairs spaces, backslashes and missing hosts and would change the bytes. */
function findFault(text: string, example = EXAMPLE): { expected: string; seen: string } | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return { expected: `a URL such as ${example}`, seen: `${seenKind(text)} without https://` };
  if (scheme !== 'https' && scheme !== 'http')
    return { expected: 'an https:// URL', seen: scheme.length > 5 ? 'another scheme' : `${scheme}://` };
  if (!/^[!-[\]-~]*$/.test(text))
    return { expected: 'a percent-encoded URL', seen: 'a space or another raw character in it' };
  const authority = /:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  if (authority.includes('@'))
    return {
      expected: example === EXAMPLE ? 'a URL without user info (use basicAuth)' : 'a URL without user info',
      seen: 'user info before the host',
    };
  if (text.includes('#')) return { expected: 'a URL without a fragment', seen: '"#" in it' };
  if (/^(?::|$)/.test(authority)) return { expected: 'a URL with a host', seen: 'none' };
  return URL.canParse(text)
    ? undefined
    : { expected: 'a URL with a valid host and port', seen: 'another one' };
}
