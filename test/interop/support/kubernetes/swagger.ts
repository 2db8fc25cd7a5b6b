// The OpenAPI description that a version of Kubernetes publishes of its own objects, as the sources of that version hold it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, cacheFolder, versionOf } from '../../clients/run-program.ts';
import type { Schema } from './strict-schema.ts';

export interface Swagger {
  readonly definitions: Readonly<Record<string, Schema>>;
}

export async function fetchSwagger(version: string): Promise<Swagger> {
  const folder = await fetchModule(`k8s.io/kubernetes@${version}`);
  return JSON.parse(readFileSync(join(folder, 'api/openapi-spec/swagger.json'), 'utf8')) as Swagger;
}

/** The folder of a Go module, `path@version`. */
export async function fetchModule(module: string): Promise<string> {
  await versionOf('go', '1.26 or later, from https://go.dev/dl', ['version']);
  const args = ['mod', 'download', '-json', module];
  const { Dir } = JSON.parse(await build('go', args, { cwd: cacheFolder('modules') })) as { Dir: string };
  return Dir;
}
