// What the chart renders runs: the container's arguments, environment and volumes as a plain command, pushed to, asked for its
// counters by the program of `helm test`, and stopped within the time the pod has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { RunningSluice, runSluice } from '../support/running-sluice.ts';
import { ScriptedReceiver, type Step } from '../support/scripted-receiver.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runProgram } from './clients/run-program.ts';
import { helmProgram } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { POD_NAME, type PodCommand, podCommand, podSpec } from './support/pod-command.ts';
import { type Cluster, projectFiles } from './support/pod-folder.ts';
import { CHART, type Manifest, renderChart } from './support/render-chart.ts';

const it = itAfter(async () => {
  await helmProgram(4);
});

const authority = await createAuthority();

const TOKEN_FILE = 'config.remoteWrite[0].authorization.credentialsFile=/etc/sluice/secrets/backend/token';

interface Pod {
  readonly sluice: RunningSluice;
  readonly manifests: readonly Manifest[];
  readonly command: PodCommand;
}

async function receiver(...script: Step[]): Promise<ScriptedReceiver> {
  const started = await ScriptedReceiver.start(script.length > 0 ? script : [{}]);
  onTestFinished(() => started.close());
  return started;
}

/** Renders with a free port and the receiver as backend, and runs the container. */
async function startPod(
  backend: ScriptedReceiver,
  set: readonly string[],
  cluster?: Cluster,
  kubeVersion?: string,
): Promise<Pod> {
  const fixed = [`containerPort=${await freePort()}`, `config.remoteWrite[0].url=${backend.url()}`];
  const version = kubeVersion === undefined ? {} : { kubeVersion };
  const manifests = await renderChart({ set: [...fixed, ...set], ...version });
  const command = podCommand(manifests, cluster);
  return { sluice: await startContainer(command), manifests, command };
}

function startContainer({ args, env }: PodCommand): Promise<RunningSluice> {
  return RunningSluice.start(args, { env });
}

/** The pod of `helm test`, with the Service's address exchanged for that of the command. */
async function runHelmTest({ sluice, manifests }: Pod) {
  const pod = manifests.find(({ kind }) => kind === 'Pod');
  const script = manifests.find(({ data }) => data?.['push-and-read.mjs'] !== undefined);
  const [container] = pod?.spec.containers ?? [];
  expect(container.command).toEqual(['node', '/test/push-and-read.mjs']);
  const file = new TemporaryFolder().write('push-and-read.mjs', script?.data['push-and-read.mjs']);
  const env = Object.fromEntries(
    container.env.map(({ name, value }: Record<string, string>) => [name, value]),
  );
  const port = sluice.address.split(':').at(-1);
  return runProgram(process.execPath, [file], { env: { ...env, SLUICE_URL: `http://127.0.0.1:${port}` } });
}

describe('sluice check', () => {
  const accepts = (values: string, cluster: Cluster) => {
    it(`accepts the configuration that ${values}-values.yaml renders`, async () => {
      const valuesFiles = [join(CHART, 'ci', `${values}-values.yaml`)];
      const { args, env } = podCommand(await renderChart({ valuesFiles }), cluster);
      const { stdout, stderr } = await runSluice(['check', ...args], { env });
      expect([stderr, stdout]).toEqual(['', `${args[1]}: can be used\n`]);
    });
  };
  const backend = { token: 'secret' };
  const config = readFileSync(new URL('../../config/kubernetes-service.yaml', import.meta.url), 'utf8');
  accepts('deployment', { secrets: { 'sluice-backend': backend } });
  accepts('daemonset', { secrets: { 'sluice-backend': backend } });
  accepts('daemonset-host-port', {});
  accepts('statefulset', { secrets: { 'sluice-backend': backend } });
  accepts('all', { secrets: { 'sluice-ca': { 'ca.crt': authority.certPem } } });
  accepts('existing-config', {
    secrets: { 'sluice-backend': backend, 'sluice-configuration': { 'collector.yaml': config } },
  });
});

describe('the rendered container', () => {
  for (const mode of ['deployment', 'daemonset', 'statefulset']) {
    it(`in mode ${mode} takes a push, delivers it and stops in time`, async () => {
      const backend = await receiver();
      const pod = await startPod(backend, [`mode=${mode}`]);
      const answer = await pod.sluice.push('jobs_done 3\n', { headers: { Prefer: 'wait=10' } });
      expect([answer.status, backend.deliveredValues]).toEqual([200, [3]]);
      const startedMs = performance.now();
      await pod.sluice.push('jobs_done 4\n');
      expect(await pod.sluice.stop()).toBe(0);
      expect(backend.deliveredValues).toEqual([3, 4]);
      const graceMs = podSpec(pod.manifests).terminationGracePeriodSeconds * 1000;
      expect(performance.now() - startedMs).toBeLessThan(graceMs);
    });
  }

  it('that a dead backend keeps from delivering still ends within its grace period', async () => {
    const backend = await receiver({ status: 503 });
    const pod = await startPod(backend, ['config.shutdownTimeout=1s']);
    expect((await pod.sluice.push('jobs_done 3\n')).status).toBe(202);
    const startedMs = performance.now();
    expect(await pod.sluice.stop()).toBe(3);
    const graceSeconds = podSpec(pod.manifests).terminationGracePeriodSeconds;
    expect(graceSeconds).toBe(11);
    expect(performance.now() - startedMs).toBeLessThan(graceSeconds * 1000);
  });

  it('takes pushes for a while after SIGTERM if Kubernetes has no sleep', async () => {
    const backend = await receiver();
    const { sluice } = await startPod(backend, ['preStopSleepSeconds=4'], undefined, '1.29.0');
    sluice.signal('SIGTERM');
    await sluice.logged('stopping');
    expect((await sluice.get('/-/ready')).status).toBe(503);
    expect((await sluice.push('jobs_done 3\n')).status).toBe(202);
    expect(await sluice.command.ended).toBe(0);
    expect(backend.deliveredValues).toEqual([3]);
  });

  it('stays ready while a backend is away, so that no pod is taken out of the Service for it', async () => {
    const backend = await receiver({ status: 401 });
    const { sluice, manifests } = await startPod(backend, []);
    await sluice.push('jobs_done 3\n');
    await sluice.logged('accessRefused');
    const [container] = podSpec(manifests).containers;
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect((await sluice.get(container[probe].httpGet.path)).status).toBe(200);
  });

  it('names its pod in every series with replicaLabel', async () => {
    const backend = await receiver();
    const { sluice } = await startPod(backend, ['replicaLabel.enabled=true']);
    await sluice.push('jobs_done 3\n', { headers: { Prefer: 'wait=10' } });
    expect(backend.delivered[0]?.labels).toContainEqual(['replica', POD_NAME]);
  });

  it('uses a token that changes in its Secret without a restart', async () => {
    const backend = await receiver();
    const secrets = { backend: { token: 'first' } };
    const set = ['secrets[0].name=backend', TOKEN_FILE];
    const { sluice, command } = await startPod(backend, set, { secrets });
    const credentials = async () => {
      await sluice.push('jobs_done 3\n', { headers: { Prefer: 'wait=10' } });
      const headers = backend.requests.at(-1)?.headers ?? [];
      return headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    };
    expect(await credentials()).toBe('Bearer first');
    projectFiles(join(command.root, '/etc/sluice/secrets/backend'), { token: 'second' });
    expect(await credentials()).toBe('Bearer second');
  });

  it('keeps in mode statefulset what a killed one had not delivered', async () => {
    const backend = await receiver({ status: 503 });
    const { sluice, command } = await startPod(backend, ['mode=statefulset']);
    expect((await sluice.push('jobs_done 3\n')).status).toBe(202);
    sluice.signal('SIGKILL');
    await sluice.command.ended;
    backend.play({});
    await startContainer(command);
    await waitUntil(() => backend.deliveredValues.length > 0, 'the push that was stored');
    expect(backend.deliveredValues).toEqual([3]);
  });
});

describe('helm test', () => {
  it('fails with the reason if no backend takes the sample', async () => {
    const backend = await receiver({ status: 503 });
    const { code, stdout, stderr } = await runHelmTest(await startPod(backend, ['tests.waitSeconds=1']));
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      'Cannot deliver the push: it was taken, but no backend had it within 1 s (the log of Sluice tells why)\n',
    ]);
  });

  it('fails with the reason if the sample is refused', async () => {
    const { code, stderr } = await runHelmTest(await startPod(await receiver({ status: 400 }), []));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Cannot push: expected 200 or 202, found 422: /);
  });

  it('fails if nothing listens', async () => {
    const pod = await startPod(await receiver(), []);
    await pod.sluice.stop();
    const { code, stderr } = await runHelmTest(pod);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Cannot reach http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });

  it('passes if the sample is counted and delivered', async () => {
    const backend = await receiver();
    const { code, stdout, stderr } = await runHelmTest(await startPod(backend, []));
    expect([code, stdout, stderr]).toEqual([
      0,
      'The push was taken and counted, and the backends have it.\n',
      '',
    ]);
    expect(backend.delivered[0]?.labels).toEqual([
      ['__name__', 'sluice_helm_test_timestamp_seconds'],
      ['job', 'sluice_helm_test'],
    ]);
  });

  it('passes with another path prefix', async () => {
    const set = ['config.push.pushgateway.pathPrefixes[0]=/jobs'];
    expect((await runHelmTest(await startPod(await receiver(), set))).code).toBe(0);
  });
});
