// What the kubelet makes of a container, for a plain program: volumes become folders of the test, and paths below their
// mounts lead there. The ports are the test's business, by the environment.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../temporary-folder.ts';
import type { Manifest } from './manifest.ts';
import { type Container, environmentOf, type PodSpec, type Volume } from './pod-spec.ts';

export interface ContainerRun {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type Files = Readonly<Record<string, string>>;

/** `objects`: where the ConfigMaps are. `secrets`: the files of each Secret. `env` is set over what the container sets. */
export interface Surroundings {
  readonly objects?: readonly Manifest[];
  readonly secrets?: Readonly<Record<string, Files>>;
  readonly env?: Readonly<Record<string, string>>;
}

export function containerRun(
  spec: PodSpec,
  container: Container,
  surroundings: Surroundings = {},
): ContainerRun {
  const folder = new TemporaryFolder();
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath }) => {
    const volume = spec.volumes?.find((candidate) => candidate.name === name);
    if (volume === undefined)
      throw new Error(`Cannot mount ${name}: expected a volume of that name, found none`);
    mkdirSync(join(folder.path, name));
    for (const [file, text] of Object.entries(filesOf(volume, surroundings)))
      folder.write(join(name, file), text);
    return { mountPath, path: join(folder.path, name) };
  });
  const moved = (text: string) => {
    const mount = mounts.find(({ mountPath }) => text === mountPath || text.startsWith(`${mountPath}/`));
    return mount === undefined ? text : mount.path + text.slice(mount.mountPath.length);
  };
  const env = Object.entries(environmentOf(container)).map(([name, value]) => [name, moved(value)]);
  return {
    command: container.command ?? [],
    args: (container.args ?? []).map(moved),
    env: { ...Object.fromEntries(env), ...surroundings.env },
  };
}

function filesOf({ name, configMap, secret }: Volume, { objects = [], secrets = {} }: Surroundings): Files {
  const files =
    configMap === undefined
      ? secrets[secret?.secretName ?? '']
      : objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name === configMap.name)
          ?.data;
  if (files === undefined)
    throw new Error(`Cannot mount ${name}: expected its ConfigMap or Secret, found none`);
  return files;
}
