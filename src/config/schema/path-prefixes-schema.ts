// The path prefixes that the push endpoint answers below: '' or '/…', as they stand in a request target.
import * as z from 'zod';
import { seen } from '../seen.ts';
import { ALWAYS, refuse, refuseValue, uniqueTexts } from './cross-checks.ts';

/** Segments of characters that need no escape in a path (RFC 3986, section 3.3); no empty segment, no last slash. */
const PREFIX = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*$/;

export function pathPrefixesSchema() {
  return z
    .array(pathPrefixSchema())
    .min(1, { error: 'at least one path prefix ("" is the root)' })
    .superRefine((prefixes: readonly unknown[], context) => {
      if (!Array.isArray(prefixes)) return;
      uniqueTexts(prefixes, (at) =>
        refuse(context, [at], 'each path prefix once', `${seen(prefixes[at])} again`),
      );
    }, ALWAYS);
}

function pathPrefixSchema() {
  return z
    .string({ error: 'a path prefix such as /pushgateway' })
    .meta({ pattern: `${PREFIX.source}|^/$` })
    .transform((prefix, context) => {
      if (prefix === '/') return '';
      if (PREFIX.test(prefix) && !/\/\.{1,2}(?:\/|$)/.test(prefix)) return prefix;
      refuseValue(context, wanted(prefix), prefix);
      return z.NEVER;
    });
}

function wanted(prefix: string): string {
  if (!prefix.startsWith('/')) return 'a path prefix that starts with "/"';
  if (prefix.endsWith('/')) return 'a path prefix without a slash at its end';
  return 'a path prefix without "..", "//", query, escapes or spaces';
}
