// The volumes of a rendered pod as folders of this machine, laid out as a kubelet does it: a file of a ConfigMap or Secret
// is a link through `..data`, which an update exchanges in one step.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './render-chart.ts';

export type Files = Readonly<Record<string, string>>;

/** What exists in the cluster besides the chart, by name. */
export interface Cluster {
  readonly secrets?: Readonly<Record<string, Files>>;
  readonly configMaps?: Readonly<Record<string, Files>>;
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string; readonly optional?: boolean };
}

/** Makes the folder of each mount below `root`; `manifests` hold the objects that the chart brings itself. */
export function mountVolumes(
  root: string,
  pod: Manifest['spec'],
  manifests: readonly Manifest[],
  cluster: Cluster,
): void {
  for (const { name, mountPath } of pod.containers[0].volumeMounts as { name: string; mountPath: string }[]) {
    const volume = (pod.volumes as Volume[]).find((each) => each.name === name);
    const folder = join(root, mountPath);
    mkdirSync(folder, { recursive: true });
    const files = volume === undefined ? undefined : filesOf(volume, manifests, cluster);
    if (files !== undefined) projectFiles(folder, files);
  }
}

/** Writes the files as a new state and makes it the current one. */
export function projectFiles(folder: string, files: Files): void {
  const state = `..${process.hrtime.bigint()}`;
  mkdirSync(join(folder, state));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, state, name), text);
  symlinkSync(state, join(folder, '..data.new'));
  renameSync(join(folder, '..data.new'), join(folder, '..data'));
  for (const name of Object.keys(files)) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(join('..data', name), join(folder, name));
  }
}

/** Undefined for a volume that starts empty. */
function filesOf(volume: Volume, manifests: readonly Manifest[], cluster: Cluster): Files | undefined {
  const { configMap, secret } = volume;
  if (configMap !== undefined)
    return ownFiles(manifests, 'ConfigMap', configMap.name) ?? cluster.configMaps?.[configMap.name];
  if (secret === undefined) return undefined;
  const files = ownFiles(manifests, 'Secret', secret.secretName) ?? cluster.secrets?.[secret.secretName];
  if (files === undefined && secret.optional !== true)
    throw new Error(`Cannot mount volume ${volume.name}: expected Secret ${secret.secretName}, found none`);
  return files;
}

function ownFiles(manifests: readonly Manifest[], kind: string, name: string): Files | undefined {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  return found?.data ?? found?.stringData;
}
