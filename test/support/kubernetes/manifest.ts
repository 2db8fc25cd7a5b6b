// Manifests of deploy/kubernetes as objects. YAML that is not strictly right, as with a key twice, is an error.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { PodTemplate } from './pod-spec.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

const DEPLOY = new URL('../../../deploy/kubernetes/', import.meta.url);
/** Is for kubectl itself and no object of a cluster. */
const KUSTOMIZATION = 'kustomization.yaml';

/** The files below deploy/kubernetes with manifests, as paths from there. */
export function manifestFiles(): readonly string[] {
  const paths = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.yaml') && !path.endsWith(KUSTOMIZATION)).sort();
}

/** The path on disk of a file or folder below deploy/kubernetes. */
export function manifestPath(path: string): string {
  return fileURLToPath(new URL(path, DEPLOY));
}

export function readManifests(path: string): readonly Manifest[] {
  return parseManifests(readFileSync(manifestPath(path), 'utf8'), path);
}

/** The documents of a YAML stream; empty ones are left out. `origin` is for the error. */
export function parseManifests(text: string, origin: string): readonly Manifest[] {
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).flatMap((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined)
      throw new Error(`Cannot read manifest ${origin}: expected strict YAML, found ${problem.message}`);
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}

/** All manifests of a folder that is applied as a whole. */
export function readFolder(folder: string): readonly Manifest[] {
  const files = manifestFiles().filter((path) => path.startsWith(`${folder}/`));
  return files.flatMap(readManifests);
}

/** The template of the pods that a manifest leads to; undefined if it leads to none. */
export function podTemplateOf({ kind, spec = {} }: Manifest): PodTemplate | undefined {
  if (kind === 'CronJob') {
    const { spec: job } = spec.jobTemplate as { readonly spec: Manifest['spec'] };
    return job?.template as PodTemplate;
  }
  return kind === 'Pod' ? { spec: spec as unknown as PodTemplate['spec'] } : (spec.template as PodTemplate);
}
