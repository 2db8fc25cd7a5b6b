// The published JSON Schema of the configuration file, for completion and checks in editors.
// It is derived from the one schema; what a shape cannot say (checks between keys) is left to the program.
import * as z from 'zod';
import { configSchema } from './schema/config-schema.ts';

type JsonSchema = { [key: string]: unknown };

/** A value with a variable in it is text in the file, whatever it becomes. */
const VARIABLE = { type: 'string', pattern: '\\$\\{' };

export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema(''), { io: 'input', unrepresentable: 'throw' });
  const { $schema, ...rest } = allowVariables(schema) as JsonSchema;
  return {
    $schema,
    title: 'Sluice configuration',
    description: `collector.yaml of Sluice, a forwarding collector for Prometheus metrics. Any value may hold \${VAR} or \${VAR:default}.`,
    ...rest,
  };
}

/** Lets every value that has a narrower shape than text be a variable too. */
function allowVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowVariables);
  if (typeof schema !== 'object' || schema === null) return schema;
  if (isNarrowScalar(schema as JsonSchema)) return asChoice(schema as JsonSchema);
  const { propertyNames, default: fallback, ...rest } = schema as JsonSchema;
  const entries = Object.entries(rest).map(([key, value]) => [key, allowVariables(value)]);
  return {
    ...Object.fromEntries(entries),
    ...(propertyNames === undefined ? {} : { propertyNames }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

function isNarrowScalar(schema: JsonSchema): boolean {
  if (schema.anyOf !== undefined) return isScalarChoice(schema);
  if (schema.type === 'string') return 'pattern' in schema || 'enum' in schema || 'const' in schema;
  return ['boolean', 'integer', 'number'].includes(String(schema.type));
}

function isScalarChoice({ anyOf }: JsonSchema): boolean {
  return Array.isArray(anyOf) && anyOf.every((choice: JsonSchema) => isNarrowScalar(choice));
}

/** Description and default stay outside, where editors look for them. */
function asChoice({ description, default: fallback, anyOf, ...shape }: JsonSchema): JsonSchema {
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [...(Array.isArray(anyOf) ? anyOf : [shape]), VARIABLE],
  };
}
