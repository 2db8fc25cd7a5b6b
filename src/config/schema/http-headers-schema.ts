// Custom headers of a backend's requests. Values may be secret: messages name headers, never show values.
import * as z from 'zod';
import { refuse } from './cross-checks.ts';

/** Headers that the sender sets itself, that belong to the connection, or that sign a request. */
const RESERVED = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'retry-attempt',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-prometheus-remote-read-version',
  'x-prometheus-remote-write-version',
]);

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
export const TOKEN_PATTERN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function httpHeadersSchema() {
  return z
    .record(z.string(), z.string({ error: 'text (in quotes)' }))
    .superRefine(checkHeaders, { when: ({ value }) => typeof value === 'object' && value !== null })
    .meta({ propertyNames: { pattern: TOKEN_PATTERN.source } });
}

/** Visible Latin-1, spaces and tabs: what a header's value may contain (RFC 9110, section 5.5). */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

function checkHeaders(headers: Record<string, unknown>, context: z.core.$RefinementCtx<unknown>): void {
  const firstOf = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const fault = nameFault(name, firstOf.get(lower)) ?? valueFault(value);
    if (fault !== undefined) refuse(context, [name], fault.expected, fault.found);
    if (!firstOf.has(lower)) firstOf.set(lower, name);
  }
}

type Fault = { readonly expected: string; readonly found: string };

function nameFault(name: string, first: string | undefined): Fault | undefined {
  const lower = name.toLowerCase();
  if (lower === 'authorization') {
    return {
      expected: 'credentials under authorization or basicAuth',
      found: `header ${JSON.stringify(name)}`,
    };
  }
  if (RESERVED.has(lower)) {
    return { expected: 'a header that Sluice leaves free', found: `reserved header ${JSON.stringify(name)}` };
  }
  if (!TOKEN_PATTERN.test(name)) {
    return { expected: 'a header name of letters, digits and "-"', found: JSON.stringify(name) };
  }
  return first === undefined
    ? undefined
    : { expected: 'each header once', found: `${JSON.stringify(name)} next to ${JSON.stringify(first)}` };
}

function valueFault(value: unknown): Fault | undefined {
  if (typeof value !== 'string' || isHeaderValue(value)) return undefined;
  return { expected: 'a value of Latin-1 characters without line ends', found: 'another character in it' };
}
