// The container of a rendered pod as a command of this machine: its arguments and environment, with the paths of its volumes
// moved below a folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { type Cluster, mountVolumes } from './pod-folder.ts';
import type { Manifest } from './render-chart.ts';

export interface PodCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the pod's root is on this machine. */
  readonly root: string;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

export const POD_NAME = 'demo-sluice-0';
/** Where the image has a configuration, Secrets and the spool. */
const MOVED_PATHS = /\/(?:etc|var\/lib)\/sluice\b/g;

export function podCommand(manifests: readonly Manifest[], cluster: Cluster = {}): PodCommand {
  const pod = podSpec(manifests);
  const [container] = pod.containers;
  const root = new TemporaryFolder().path;
  mountVolumes(root, pod, manifests, cluster);
  const args: string[] = container.args.map((text: string) => moved(text, root));
  const configFile = args[args.indexOf('--config') + 1] ?? '';
  writeFileSync(configFile, moved(readFileSync(configFile, 'utf8'), root));
  const env = Object.fromEntries(
    (container.env as Variable[]).map((each) => [each.name, moved(textOf(each, cluster), root)]),
  );
  return { args, env, root };
}

/** The pod of the Deployment, DaemonSet or StatefulSet. */
export function podSpec(manifests: readonly Manifest[]): Manifest['spec'] {
  const workload = manifests.find(({ kind }) => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind));
  if (workload === undefined) throw new Error('Cannot read the chart: expected a workload, found none');
  return workload.spec.template.spec;
}

function moved(text: string, root: string): string {
  return text.replace(MOVED_PATHS, (path) => join(root, path));
}

function textOf({ name, value, valueFrom }: Variable, { secrets = {} }: Cluster): string {
  if (value !== undefined) return value;
  if (valueFrom?.fieldRef?.fieldPath === 'metadata.name') return POD_NAME;
  const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
  const found = secrets[secret]?.[key];
  if (found === undefined)
    throw new Error(`Cannot set variable ${name}: expected Secret ${secret} with ${key}, found none`);
  return found;
}
