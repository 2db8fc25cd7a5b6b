// The programs of a small Kubernetes, built from their modules: etcd, the API server, kubectl, and the two in ../../kubernetes.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../../support/build-once.ts';
import { build, cacheFolder, versionOf } from '../../clients/run-program.ts';

export type KubernetesProgram = 'etcd' | 'kube-apiserver' | 'kubectl' | 'kubelet' | 'controllers';

export const KUBERNETES_VERSION = 'v1.37.1';

const SOURCES = new URL('../../kubernetes/', import.meta.url);
const PACKAGES = [
  'go.etcd.io/etcd/server/v3',
  'k8s.io/kubernetes/cmd/kube-apiserver',
  'k8s.io/kubernetes/cmd/kubectl',
  './kubelet',
  './controllers',
];
/** Go names a program after the last part of its path. */
const FILES: Partial<Record<KubernetesProgram, string>> = { etcd: 'server' };

/** Builds them if they are not built yet, which takes minutes; gives the path of each. */
export async function kubernetesPrograms(): Promise<(program: KubernetesProgram) => string> {
  const folder = await buildOnce(cacheFolder('kubernetes'), SOURCES, async (into) => {
    await versionOf('go', '1.26 or later, from https://go.dev/dl', ['version']);
    const version = `-X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`;
    const args = ['build', '-buildvcs=false', `-ldflags=-s -w ${version}`, '-o', `${into}/`, ...PACKAGES];
    await build('go', args, { cwd: fileURLToPath(SOURCES) });
  });
  return (program) => join(folder, FILES[program] ?? program);
}
