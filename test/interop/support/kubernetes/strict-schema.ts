// Makes Kubernetes's descriptions of objects strict: a field that they do not name is an error. An API server would only warn of
// it, and drop it.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

const TEXT_OR_NUMBER = { type: ['string', 'number'] };
/** The names under which YAML numbers are taken as well as texts. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

export function strictDefinitions(definitions: Readonly<Record<string, Schema>>): Record<string, object> {
  const strict = Object.entries(definitions).map(([name, schema]) => [name, strictSchema(schema)]);
  return { ...Object.fromEntries(strict), [QUANTITY]: TEXT_OR_NUMBER };
}

export function strictSchema(schema: Schema): object {
  const { properties, items, additionalProperties, format, ...rest } = schema;
  if (format === 'int-or-string' || schema['x-kubernetes-int-or-string'] === true) return TEXT_OR_NUMBER;
  const isOpen = properties === undefined || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: mapValues(properties, strictSchema) }),
    ...(items === undefined ? {} : { items: strictSchema(items) }),
    additionalProperties:
      typeof additionalProperties === 'object' ? strictSchema(additionalProperties) : isOpen,
  };
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
