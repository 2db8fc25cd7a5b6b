// A path to a file, taken from the folder of the configuration file. Whether it can be read is seen when it is used.
import { resolve } from 'node:path';
import * as z from 'zod';
import { refuse } from './cross-checks.ts';

export function filePathSchema(folder: string) {
  return z.string({ error: 'a file path' }).transform((path, context) => {
    if (path !== '' && !path.includes('\0')) return resolve(folder, path);
    refuse(context, [], 'a file path', path === '' ? 'an empty value' : 'a zero byte in it');
    return z.NEVER;
  });
}
