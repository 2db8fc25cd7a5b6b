// etcd, a real API server and the controllers that make pods, on loopback and in a folder of their own. No scheduler and no
// kubelet run: a pod is admitted and waits. It lasts until it is stopped, so that the tests of a file can share one.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../support/free-port.ts';
import { type ProgramEnd, runProgram } from '../../clients/run-program.ts';
import { RunningProgram } from '../running-program.ts';
import { type KubernetesProgram, kubernetesPrograms } from './programs.ts';

const TOKEN = 'token-of-the-test';

export class ControlPlane {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-kubernetes-'));
  readonly #running: RunningProgram[] = [];
  readonly #pathOf: (program: KubernetesProgram) => string;

  private constructor(pathOf: (program: KubernetesProgram) => string) {
    this.#pathOf = pathOf;
  }

  static async start(): Promise<ControlPlane> {
    const plane = new ControlPlane(await kubernetesPrograms());
    try {
      await plane.#start();
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  /** As an administrator. */
  kubectl(args: readonly string[], stdin = ''): Promise<ProgramEnd> {
    return runProgram(this.#pathOf('kubectl'), args, { stdin, env: this.environment });
  }

  /** Returns standard output; throws if kubectl fails, or warns. */
  async mustKubectl(args: readonly string[], stdin = ''): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(args, stdin);
    if (code !== 0 || stderr !== '')
      throw new Error(
        `Cannot kubectl ${args.join(' ')}: expected 0 and no warning, found ${code}: ${stderr}`,
      );
    return stdout;
  }

  /** What kubectl needs to find this API server and nothing else. */
  get environment(): Readonly<Record<string, string>> {
    return { KUBECONFIG: join(this.#folder, 'kubeconfig'), HOME: this.#folder };
  }

  /** Starts another of the programs, which ends with this. */
  run(program: KubernetesProgram, args: readonly string[]): RunningProgram {
    const running = new RunningProgram(this.#pathOf(program), args, { outlivesTest: true });
    this.#running.unshift(running);
    return running;
  }

  async stop(): Promise<void> {
    for (const program of this.#running) await program.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const etcdUrl = await this.#startEtcd();
    await this.#startApiServer(etcdUrl);
    this.run('controllers', [`--kubeconfig=${this.environment.KUBECONFIG}`]);
  }

  async #startEtcd(): Promise<string> {
    const url = `http://127.0.0.1:${await freePort()}`;
    const peer = `http://127.0.0.1:${await freePort()}`;
    this.run('etcd', [
      `--data-dir=${join(this.#folder, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=error',
    ]);
    return url;
  }

  async #startApiServer(etcdUrl: string): Promise<void> {
    const port = await freePort();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signingKey = this.#write('signing.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const server = this.run('kube-apiserver', [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(this.#folder, 'certificates')}`,
      `--token-auth-file=${this.#write('tokens.csv', `${TOKEN},admin,admin,system:masters\n`)}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${this.#write('public.pem', publicKey.export({ type: 'spki', format: 'pem' }))}`,
      `--service-account-signing-key-file=${signingKey}`,
      '--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112',
      '--kubelet-preferred-address-types=InternalIP',
    ]);
    this.#write(
      'kubeconfig',
      JSON.stringify(kubeconfig(port, join(this.#folder, 'certificates/apiserver.crt'))),
    );
    await server.whenReady(async () => (await this.kubectl(['get', '--raw=/readyz'])).code === 0);
  }

  #write(name: string, text: string | Buffer): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}

function kubeconfig(port: number, authority: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': authority } },
    ],
    users: [{ name: 'test', user: { token: TOKEN } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
}
