// The configuration inside the values of the Helm chart: what `config` may hold there.
// Invariant: Go's regular expressions, by which Helm checks, read every pattern in it.
import { configJsonSchema } from '../src/config/json-schema.ts';

type Json = { readonly [key: string]: unknown };

/** `values` is the chart's values.schema.json; returned with the current configuration as `config`. */
export function withConfiguration(values: Json): Json {
  // The templates ask for a backend, unless the configuration comes from a ConfigMap or Secret that is there already.
  const { $schema, required, properties, ...schema } = withoutLookahead(configJsonSchema()) as Json;
  const config = { ...schema, properties: withKnownSpool(properties as Json) };
  return { ...values, properties: { ...(values.properties as Json), config } };
}

/** The chart sets the directory if none is given. */
function withKnownSpool(properties: Json): Json {
  const { required, ...spool } = properties.spool as Json;
  return { ...properties, spool };
}

/** It refuses the empty duration only, which Sluice does then. */
function withoutLookahead(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutLookahead);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    key === 'pattern' && typeof value === 'string' ? value.replace('(?=\\d)', '') : withoutLookahead(value),
  ]);
  return Object.fromEntries(entries);
}
