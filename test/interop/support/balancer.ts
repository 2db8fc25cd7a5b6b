// Real load balancers with the files of deploy/load-balancing: only addresses are put in, so that what is tested is what
// people are given.
import { readFileSync } from 'node:fs';
import { freePort } from '../../support/free-port.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { fetchText } from './fetch-text.ts';
import { RunningProgram } from './running-program.ts';

export type BalancerName = 'haproxy' | 'nginx' | 'envoy';

const FILES = { haproxy: 'haproxy.cfg', nginx: 'nginx.conf', envoy: 'envoy.yaml' } as const;

export interface Balancer {
  /** Host and port. */
  readonly address: string;
  readonly program: RunningProgram;
}

/** `path`: of the program. `ports`: those of the two Sluices behind it. */
export async function startBalancer(
  name: BalancerName,
  path: string,
  ports: readonly [number, number],
): Promise<Balancer> {
  const port = await freePort();
  const folder = new TemporaryFolder();
  const file = folder.write(FILES[name], withPorts(FILES[name], [port, ...ports]));
  const program = new RunningProgram(path, argumentsOf(name, file, folder.path));
  const address = `127.0.0.1:${port}`;
  await program.whenReady(async () => (await fetchText(`http://${address}/-/ready`)).status === 200);
  return { address, program };
}

/** The file with other ports for 3030, 3031 and 3032; each is in it once. */
function withPorts(file: string, ports: readonly number[]): string {
  const given = readFileSync(new URL(`../../../deploy/load-balancing/${file}`, import.meta.url), 'utf8');
  return ports.reduce((text, port, i) => {
    const parts = text.split(String(3030 + i));
    if (parts.length !== 2)
      throw new Error(`BUG: expected 303${i} once in ${file}, found it ${parts.length - 1} times`);
    return parts.join(String(port));
  }, given);
}

function argumentsOf(name: BalancerName, file: string, folder: string): readonly string[] {
  switch (name) {
    case 'haproxy':
      return ['-db', '-f', file];
    case 'nginx':
      return ['-p', folder, '-c', file, '-e', 'stderr', '-g', nginxDirectives(folder)];
    case 'envoy':
      return ['-c', file, '--use-dynamic-base-id', '--concurrency', '2', '--log-level', 'warning'];
  }
}

/** One process: its end is the end of all. */
function nginxDirectives(folder: string): string {
  return `daemon off; master_process off; pid ${folder}/nginx.pid;`;
}
