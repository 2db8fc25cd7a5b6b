// Judges manifests by the strict schemas of one version of Kubernetes, and of the kinds that the Prometheus Operator adds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { RE2JS } from 're2js';
import { parse } from 'yaml';
import type { Manifest } from '../../../support/kubernetes/manifest.ts';
import { type Schema, strictDefinitions, strictSchema } from './strict-schema.ts';
import { fetchModule, fetchSwagger } from './swagger.ts';

type Typed = Pick<Manifest, 'apiVersion' | 'kind'>;

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface CustomResource {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

const OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

export class ManifestChecker {
  readonly #ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    code: { regExp: Object.assign(goPattern, { code: 'goPattern' }) },
  });
  /** By `apiVersion kind`. */
  readonly #compiled = new Map<string, () => ValidateFunction>();

  private constructor() {}

  /** `version`: a tag of Kubernetes, such as v1.29.15. */
  static async of(version: string): Promise<ManifestChecker> {
    const checker = new ManifestChecker();
    const { definitions } = await fetchSwagger(version);
    checker.#ajv.addSchema({ definitions: strictDefinitions(definitions) }, 'kubernetes');
    for (const [name, schema] of Object.entries(definitions))
      for (const kind of (schema['x-kubernetes-group-version-kind'] ?? []) as readonly GroupVersionKind[])
        checker.#add(keyOf(kind), { $ref: `kubernetes#/definitions/${name}` });
    for (const { spec } of await operatorResources())
      for (const { name: version, schema } of spec.versions)
        checker.#add(
          keyOf({ ...spec, version, kind: spec.names.kind }),
          withFreeMetadata(schema.openAPIV3Schema),
        );
    return checker;
  }

  /** A line for each thing that is wrong. */
  problems(manifest: Typed): readonly string[] {
    const validate = this.#compiled.get(`${manifest.apiVersion} ${manifest.kind}`)?.();
    if (validate === undefined) return [`${manifest.apiVersion} has no kind ${manifest.kind}`];
    if (validate(manifest)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, params.additionalProperty].filter((part) => part !== undefined).join(' '),
    );
  }

  #add(key: string, schema: object): void {
    let validate: ValidateFunction | undefined;
    this.#compiled.set(key, () => {
      validate ??= this.#ajv.compile(schema);
      return validate;
    });
  }
}

/** The definitions of the kinds that the Prometheus Operator adds, as a cluster is given them. */
async function operatorResources(): Promise<readonly CustomResource[]> {
  return (await operatorFiles()).map((path) => parse(readFileSync(path, 'utf8')) as CustomResource);
}

export async function operatorFiles(): Promise<readonly string[]> {
  const folder = join(await fetchModule(OPERATOR), 'example/prometheus-operator-crd');
  const kinds = /_(?:servicemonitors|podmonitors|prometheusrules)\.yaml$/;
  return readdirSync(folder)
    .filter((name) => kinds.test(name))
    .map((name) => join(folder, name));
}

/** The definition of a custom kind says of its metadata only that it is an object. */
function withFreeMetadata(schema: Schema): object {
  return strictSchema({ ...schema, properties: { ...schema.properties, metadata: { type: 'object' } } });
}

/** Patterns are written in the syntax of Go. Ajv identifies them by their texts. */
function goPattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(pattern);
  return { test: (text) => compiled.test(text), toString: () => pattern };
}

function keyOf({ group, version, kind }: GroupVersionKind): string {
  return `${group === '' ? version : `${group}/${version}`} ${kind}`;
}
