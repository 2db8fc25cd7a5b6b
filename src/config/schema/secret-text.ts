// Text that must not be shown. What is wrong with it is said without it.
import * as z from 'zod';
import { Secret } from '../secret.ts';
import { refuse } from './cross-checks.ts';

/** `pattern` says what the text may be, `expected` the same in words. */
export function secretText(pattern: RegExp, expected: string) {
  return z.string({ error: 'text (in quotes)' }).transform((text, context) => {
    if (pattern.test(text)) return new Secret(text);
    refuse(context, [], expected, text === '' ? 'an empty value' : 'another character in it');
    return z.NEVER;
  });
}
