// A mapping whose keys are all known: any other key is a problem of its own.
import * as z from 'zod';
import { describeUnknownKey } from './unknown-key.ts';

/**
 * `z.strictObject` with our sentences. One issue of zod names all unknown keys, so its message has one line for each,
 * in the order of `issue.keys`.
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => describeUnknownKey(key, known)).join('\n')
        : undefined,
  });
}
