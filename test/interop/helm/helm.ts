// Helm itself, built from its modules: version 4, and 3 if a test asks for it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../support/build-once.ts';
import { build, cacheFolder, type ProgramEnd, runProgram, versionOf } from '../clients/run-program.ts';

export type HelmVersion = 3 | 4;

/** The Kubernetes that Helm 3 renders for without a cluster, as a release of it has it. Helm 4 finds it by itself. */
const KUBERNETES = ['chartutil', 'lint/rules']
  .map((folder) => `helm.sh/helm/v3/pkg/${folder}.k8sVersion`)
  .flatMap((name) => [`-X ${name}Major=1`, `-X ${name}Minor=36`])
  .join(' ');

const SOURCES = new URL('./', import.meta.url);

/** The path of the program. The first call in a new environment takes minutes. */
export async function helmProgram(version: HelmVersion): Promise<string> {
  const cache = cacheFolder(`helm-${version}`);
  const built = await buildOnce(cache, SOURCES, async (into) => {
    await versionOf('go', '1.26 or later, from https://go.dev/dl', ['version']);
    const flags = ['-buildvcs=false', '-trimpath', `-ldflags=-s -w ${KUBERNETES}`, '-o', join(into, 'helm')];
    await build('go', ['build', ...flags, `helm.sh/helm/v${version}/cmd/helm`], {
      cwd: fileURLToPath(SOURCES),
    });
  });
  return join(built, 'helm');
}

/** Runs Helm to its end; it sees no cluster and no settings of this machine. */
export async function runHelm(args: readonly string[], version: HelmVersion = 4): Promise<ProgramEnd> {
  const home = cacheFolder('helm-home');
  const env = {
    KUBECONFIG: join(home, 'none'),
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
  };
  return runProgram(await helmProgram(version), args, { env });
}
