// Text of two special kinds: file paths, which are taken from the folder of the configuration file, and secrets, which no
// message shows.
import { resolve } from 'node:path';
import * as z from 'zod';
import { Secret } from '../secret.ts';
import { refuse } from './cross-checks.ts';

export function filePathSchema(folder: string) {
  return z.string({ error: 'a file path' }).transform((path, context) => {
    if (path !== '' && !path.includes('\0')) return resolve(folder, path);
    refuse(context, [], 'a file path', path === '' ? 'an empty value' : 'a zero byte in it');
    return z.NEVER;
  });
}

/** `pattern` says what the text may be, `expected` the same in words. */
export function secretText(pattern: RegExp, expected: string) {
  return z.string({ error: 'text (in quotes)' }).transform((text, context) => {
    if (pattern.test(text)) return new Secret(text);
    refuse(context, [], expected, text === '' ? 'an empty value' : 'another character in it');
    return z.NEVER;
  });
}
