// Labels that every series gets unless the push has them. An empty value stays in the configuration and adds no label.
import * as z from 'zod';
import { refuse, refuseValue } from './cross-checks.ts';

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels, before UTF-8 names. */
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function defaultLabelsSchema() {
  return z
    .record(z.string(), labelValueSchema())
    .superRefine(
      (labels, context) => {
        for (const name of Object.keys(labels)) {
          const expected = wantedName(name);
          if (expected !== undefined) refuse(context, [name], expected, JSON.stringify(name));
        }
      },
      { when: ({ value }) => typeof value === 'object' && value !== null },
    )
    .meta({ propertyNames: { pattern: LABEL_NAME.source } });
}

function labelValueSchema() {
  return z.string({ error: 'text (in quotes)' }).superRefine((value, context) => {
    if (!value.isWellFormed()) refuseValue(context, 'valid Unicode text', value);
  });
}

/** `__replica__` is how receivers of Cortex and Mimir's kind tell apart the two collectors of a pair. */
function wantedName(name: string): string | undefined {
  if (!LABEL_NAME.test(name))
    return 'a label name of letters, digits and "_" that does not start with a digit';
  if (name === '__name__') return 'a label name (each push names its metrics)';
  return name.startsWith('__') && name !== '__replica__'
    ? 'a label name that is not reserved by "__"'
    : undefined;
}
