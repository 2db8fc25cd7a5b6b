// What `helm install` prints at its end: where jobs push to, and how to try it, with names and ports that are there.
import { describe, expect } from 'vitest';
import { runHelm } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { CHART, renderChart } from './support/render-chart.ts';

const BACKEND = 'config.remoteWrite[0].url=https://metrics.example.com/w';

const it = itAfter(async () => {
  await runHelm(['version']);
});

async function notes(...set: readonly string[]): Promise<string> {
  const flags = [BACKEND, ...set].map((assignment) => `--set=${assignment}`);
  const args = ['install', 'demo', CHART, '--namespace=metrics', '--dry-run=client', ...flags];
  const { code, stdout, stderr } = await runHelm(args);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout.split('\nNOTES:\n')[1] ?? '';
}

describe('the notes', () => {
  for (const mode of ['deployment', 'daemonset', 'statefulset']) {
    it(`name the workload and the Service of mode ${mode}`, async () => {
      const set = [`mode=${mode}`, 'service.port=80', 'containerPort=9091'];
      const text = await notes(...set);
      expect(text).toContain(`kubectl --namespace metrics rollout status ${mode}/demo-sluice\n`);
      expect(text).toContain('  http://demo-sluice.metrics:80/pushgateway\n');
      expect(text).toContain('port-forward service/demo-sluice 9091:80\n');
      expect(text).toContain('http://127.0.0.1:9091/pushgateway/metrics/job/demo\n');
      expect(text).toContain('helm test demo --namespace metrics\n');
      expect(text).not.toContain('WARNING');
      expect(text.includes('the Sluice on their own node')).toBe(mode === 'daemonset');
      const names = (await renderChart({ set: [BACKEND, ...set] })).map(
        ({ kind, metadata }) => `${kind} ${metadata.name}`,
      );
      expect(names.map((name) => name.toLowerCase())).toContain(`${mode} demo-sluice`);
      expect(names).toContain('Service demo-sluice');
    });
  }

  it('take no port of this machine that only root may have', async () => {
    const text = await notes('service.port=80', 'containerPort=80');
    expect(text).toContain('port-forward service/demo-sluice 3030:80\n');
    expect(text).toContain('http://127.0.0.1:3030/pushgateway/metrics/job/demo\n');
    expect(text).toContain('curl http://127.0.0.1:3030/-/ready\n');
  });

  it('lead to the workload if there is no Service', async () => {
    const text = await notes(
      'service.enabled=false',
      'mode=daemonset',
      'hostPort.enabled=true',
      'hostPort.port=9091',
    );
    expect(text).toContain('port-forward daemonset/demo-sluice 3030:3030\n');
    expect(text).toContain('the Sluice of their node on port 9091 of the node.');
    expect(text).not.toContain('helm test');
  });

  it('have the path prefix of the configuration', async () => {
    const text = await notes('config.push.pushgateway.pathPrefixes={/jobs,/}');
    expect(text).toContain('  http://demo-sluice.metrics:3030/jobs\n');
    expect(text).toContain('http://127.0.0.1:3030/jobs/metrics/job/demo\n');
    expect(await notes('config.push.pushgateway.pathPrefixes={/}')).toContain(
      '127.0.0.1:3030/metrics/job/demo\n',
    );
  });

  it('say that pushes are off', async () => {
    const text = await notes('config.push.pushgateway.enabled=false');
    expect(text).toContain('Sluice answers pushes with 404, since config.push.pushgateway.enabled is false.');
    expect(text).not.toContain('curl');
    expect(text).not.toContain('helm test');
  });

  const warns = (words: string, ...set: readonly string[]) => {
    it(`warn: ${words}`, async () => {
      const warning = (await notes(...set)).split('\nWARNING: ')[1] ?? '';
      expect(warning.replaceAll('\n', ' ')).toContain(words);
    });
  };
  warns(
    'resources.limits.memory is 512Mi, but this configuration may need up to 576Mi when its queues are full.',
    'config.remoteWrite[0].queueConfig.maxQueueSize=256MiB',
    'config.remoteWrite[0].writeRelabelConfigs[0].action=labeldrop',
    'config.remoteWrite[0].writeRelabelConfigs[0].regex=a',
    'config.push.pushgateway.staleness=onReplace',
  );
  warns(
    'podDisruptionBudget.minAvailable is not below replicaCount, so a node with a pod of Sluice cannot be drained.',
    'podDisruptionBudget.minAvailable=2',
  );
  warns(
    'autoscaling counts in percent of resources.requests.cpu, which is 100m. A pod can use about 1 before it is full.',
    'autoscaling.enabled=true',
  );
  it('do not warn of a CPU request that fits', async () => {
    for (const cpu of ['1', '0.5', '1500m'])
      expect(await notes('autoscaling.enabled=true', `resources.requests.cpu=${cpu}`)).not.toContain(
        'WARNING',
      );
  });
  warns(
    'anyone who reaches the pods can stop them (POST /-/quit), since config.enableLifecycle is on. Set networkPolicy.enabled: true, or turn it off.',
    'config.enableLifecycle=true',
  );
  it('do not warn of a stop that only some reach', async () => {
    const text = await notes('config.enableLifecycle=true', 'networkPolicy.enabled=true');
    expect(text).not.toContain('WARNING');
  });
  it('do not warn of several pods if there is one', async () => {
    const set = ['service.sessionAffinity=None', 'replicaCount=1'];
    expect(await notes(...set)).not.toContain('WARNING');
    expect(await notes(...set, 'autoscaling.enabled=true')).toContain('WARNING: pushes of one grouping key');
  });
  warns(
    'Set service.sessionAffinity: ClientIP or replicaLabel.enabled: true, or push each grouping key once only.',
    'service.sessionAffinity=None',
  );
});
