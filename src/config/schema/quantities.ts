// Numbers with a unit and a range. A value out of range is refused with the range in the message.
import * as z from 'zod';
import { DURATION_PATTERN, parseDuration, parseSize, SIZE_PATTERN } from '../units.ts';
import { refuseValue } from './cross-checks.ts';

/** The longest wait of Node's timers is 2^31 - 1 ms, a little more than this. */
export const LONGEST_DURATION = '24d';

export interface Bounds {
  readonly min: string;
  readonly max: string;
}

/** In the file `30s`, in the configuration milliseconds. */
export function duration({ min, max }: Bounds) {
  const expected = `a duration from ${min} to ${max}`;
  const hint = 'with a unit (d, h, m, s or ms) such as 30s';
  const text = z.string().meta({ pattern: DURATION_PATTERN.source });
  return z
    .union([text, z.number().meta({ enum: [0] })], { error: `${expected} ${hint}` })
    .transform((value, context) => {
      const milliseconds = parseDuration(String(value));
      if (milliseconds === undefined) refuseValue(context, `${expected} ${hint}`, value);
      else if (!isWithin(milliseconds, parseDuration(min), parseDuration(max)))
        refuseValue(context, expected, value);
      else return milliseconds;
      return z.NEVER;
    });
}

/** In the file `16MiB` or a number of bytes, in the configuration bytes. */
export function size({ min, max }: Bounds) {
  const expected = `a size from ${min} to ${max}`;
  const hint = 'in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB such as 16MiB';
  const text = z.string().meta({ pattern: SIZE_PATTERN.source });
  return z.union([text, z.int().min(0)], { error: `${expected} ${hint}` }).transform((value, context) => {
    const bytes = parseSize(String(value));
    if (bytes === undefined) refuseValue(context, `${expected} ${hint}`, value);
    else if (!isWithin(bytes, parseSize(min), parseSize(max))) refuseValue(context, expected, value);
    else return bytes;
    return z.NEVER;
  });
}

export function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function isWithin(value: number, min = 0, max = Number.MAX_SAFE_INTEGER): boolean {
  return value >= min && value <= max;
}
