// Values of the chart mean what they say: time to stop, disk, configuration, rights, and as a part of another chart.
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { readDocument } from '../docs/markdown.ts';
import { readPage } from '../docs/pages/page.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { helmProgram, runHelm } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { podSpec } from './support/pod-command.ts';
import { CHART, type ChartSettings, type Manifest, renderChart } from './support/render-chart.ts';

const it = itAfter(async () => {
  await helmProgram(4);
});

const ALL_VALUES = readdirSync(join(CHART, 'ci'));
const EXAMPLES = readdirSync('config').filter((name) => name.endsWith('.yaml'));
const TOLD_DELAY = `config.shutdownDelay=\${SHUTDOWN_DELAY:1s}`;
const TOLD_STOP = `config.shutdownTimeout=\${SHUTDOWN_TIMEOUT:1s}`;
const VARIABLE_STOP = `config.shutdownTimeout=\${STOP:25s}`;
const URL_SET = 'config.remoteWrite[0].url=https://metrics.example.com/w';

/** With a backend. */
function render(set: readonly string[], settings: ChartSettings = {}): Promise<readonly Manifest[]> {
  return renderChart({ set: [URL_SET, ...set], ...settings });
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

async function find(kind: string, ...set: readonly string[]): Promise<Manifest> {
  const found = (await render(set)).find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`Cannot read the chart: expected a ${kind}, found none`);
  return found;
}

describe('the grace period', () => {
  const lasts = (seconds: number, set: readonly string[], settings?: ChartSettings) => {
    it(`is ${seconds} s with ${set.join(' ') || 'the defaults'}${settings ? ` on ${settings.kubeVersion}` : ''}`, async () => {
      const pod = podSpec(await render(set, settings));
      expect(pod.terminationGracePeriodSeconds).toBe(seconds);
    });
  };
  lasts(35, []);
  lasts(100, ['config.shutdownTimeout=1m30s']);
  lasts(11, ['config.shutdownTimeout=250ms']);
  lasts(3610, ['config.shutdownTimeout=1h']);
  lasts(30, ['preStopSleepSeconds=0']);
  lasts(45, ['config.shutdownDelay=10s']);
  lasts(40, ['config.shutdownDelay=10s', 'preStopSleepSeconds=0']);
  lasts(31, ['terminationGracePeriodSeconds=31']);
  lasts(300, [VARIABLE_STOP, 'terminationGracePeriodSeconds=300']);
  lasts(35, [], { kubeVersion: '1.29.0' });
  lasts(30, ['preStopSleepSeconds=0'], { kubeVersion: '1.29.0' });
  lasts(40, ['config.shutdownDelay=10s'], { kubeVersion: '1.29.0' });
  lasts(35, [TOLD_DELAY]);
  lasts(35, [TOLD_DELAY], { kubeVersion: '1.29.0' });
  lasts(55, [TOLD_DELAY, 'existingShutdownDelay=20s']);
  lasts(50, [TOLD_DELAY, 'existingShutdownDelay=20s'], { kubeVersion: '1.29.0' });
  lasts(65, [TOLD_DELAY, 'env[0].name=SHUTDOWN_DELAY', 'env[0].value=30s']);
  lasts(70, [TOLD_STOP, 'env[0].name=SHUTDOWN_TIMEOUT', 'env[0].value=1m']);

  it('begins with a sleep if Kubernetes has one', async () => {
    const sleep = async (kubeVersion: string) =>
      podSpec(await render([], { kubeVersion })).containers[0].lifecycle;
    expect(await sleep('1.30.0')).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(await sleep('v1.30.4-gke.100')).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(await sleep('1.29.9')).toBeUndefined();
  });

  it('begins with a delay of Sluice if Kubernetes has no sleep, unless the values give one', async () => {
    const delay = async (kubeVersion: string, ...set: readonly string[]) => {
      const manifests = await render(set, { kubeVersion });
      const text = manifests.find(({ kind }) => kind === 'ConfigMap')?.data['collector.yaml'] as string;
      return /^shutdownDelay: (.*)$/m.exec(text)?.[1];
    };
    expect(await delay('1.29.9')).toBe('5s');
    expect(await delay('1.29.9', 'preStopSleepSeconds=7')).toBe('7s');
    expect(await delay('1.29.9', 'preStopSleepSeconds=0')).toBeUndefined();
    expect(await delay('1.29.9', 'config.shutdownDelay=0s')).toBe('0s');
    expect(await delay('1.30.0')).toBeUndefined();
  });

  it('sets the delay of an existing configuration, once', async () => {
    const delaysOf = async (kubeVersion: string, ...more: readonly string[]) => {
      const set = ['existingSecret=a', ...more];
      const [{ env }] = podSpec(await renderChart({ set, kubeVersion })).containers;
      const found = env.filter(({ name }: { name: string }) => name === 'SHUTDOWN_DELAY');
      return found.map(({ value }: { value: string }) => value);
    };
    expect(await delaysOf('1.29.9')).toEqual(['5s']);
    expect(await delaysOf('1.36.0')).toEqual(['0s']);
    expect(await delaysOf('1.29.9', 'existingShutdownDelay=9s')).toEqual(['9s']);
    expect(await delaysOf('1.29.9', 'env[0].name=SHUTDOWN_DELAY', 'env[0].value=3s')).toEqual(['3s']);
  });
});

describe('the spool', () => {
  const config = async (...set: readonly string[]) =>
    (await find('ConfigMap', ...set)).data['collector.yaml'] as string;
  const spoolVolume = async (...set: readonly string[]) =>
    podSpec(await render(set)).volumes.find(({ name }: { name: string }) => name === 'spool');

  it('has four fifths of the volume in mode statefulset', async () => {
    const spool = (mebibytes: number) => `spool:\n  directory: /var/lib/sluice\n  maxSize: ${mebibytes}MiB\n`;
    expect(await config('mode=statefulset')).toContain(spool(8192));
    expect(await config('mode=statefulset', 'persistence.size=500Mi')).toContain(spool(400));
    expect(await config('mode=statefulset', 'persistence.size=1G')).toContain(spool(762));
    expect(await config('mode=statefulset', 'persistence.size=1.5Gi')).toContain(spool(1228));
    expect(await config('mode=statefulset', 'persistence.size=1Ti')).toContain(spool(838_860));
  });

  it('has at most the 1 TiB that Sluice takes', async () => {
    for (const size of ['2Ti', '1Pi', '1Ei'])
      expect(await config('mode=statefulset', `persistence.size=${size}`)).toContain('maxSize: 1048576MiB\n');
  });

  it('has the size that the values give', async () => {
    const given = 'config.spool.maxSize=1GiB';
    expect(await config('mode=statefulset', given)).toContain(
      'spool:\n  directory: /var/lib/sluice\n  maxSize: 1GiB\n',
    );
  });

  it('has the claim of the pod in mode statefulset, and an empty directory elsewhere', async () => {
    const directory = 'config.spool.maxSize=1GiB';
    expect(await spoolVolume('mode=statefulset')).toBeUndefined();
    expect(await spoolVolume(directory)).toEqual({ name: 'spool', emptyDir: {} });
    expect(await spoolVolume()).toBeUndefined();
  });

  it('has no volume of the chart if the values mount one', async () => {
    const set = [
      'config.spool.directory=/data/spool',
      'extraVolumeMounts[0].name=a',
      'extraVolumeMounts[0].mountPath=/data',
    ];
    expect(await spoolVolume(...set)).toBeUndefined();
  });
});

describe('the configuration', () => {
  it('keeps numbers and braces as they are', async () => {
    const file = new TemporaryFolder().write(
      'values.yaml',
      stringify({
        config: {
          push: { pushgateway: { maxBodySize: 20_000_000, maxWaitingPushes: 1_000_000 } },
          labels: { defaults: { a: '{{ .Release.Name }}' } },
        },
      }),
    );
    const manifests = await render([], { valuesFiles: [file] });
    const { data } = manifests.find(({ kind }) => kind === 'ConfigMap') as Manifest;
    expect(data['collector.yaml']).toContain("a: '{{ .Release.Name }}'\n");
    expect(data['collector.yaml']).toContain('maxBodySize: 20000000\n');
    expect(data['collector.yaml']).toContain('maxWaitingPushes: 1000000\n');
  });

  // Helm reads YAML 1.1, where a bare off is false.
  for (const name of ['collector.yaml', ...EXAMPLES.map((each) => `config/${each}`)])
    it(`may be ${name} as it is, which hears its address and its time to stop from the pod`, async () => {
      const file = new TemporaryFolder().write('values.yaml', `config:\n${indented(readDocument(name))}`);
      const pod = podSpec(await renderChart({ valuesFiles: [file] }));
      const [{ env }] = pod.containers;
      expect(env).toContainEqual({ name: 'LISTEN_ADDRESS', value: ':3030' });
      const timeouts = readDocument(name).includes('SHUTDOWN_TIMEOUT') ? ['25s'] : [];
      const values = env.filter((each: { name: string }) => each.name === 'SHUTDOWN_TIMEOUT');
      expect(values.map(({ value }: { value: string }) => value)).toEqual(timeouts);
      expect(pod.terminationGracePeriodSeconds).toBe(
        timeouts.length > 0 ? 35 : pod.terminationGracePeriodSeconds,
      );
    });

  it('replaces the pods when it changes, and leaves them alone otherwise', async () => {
    const checksum = async (...set: readonly string[]) =>
      (await find('Deployment', ...set)).spec.template.metadata.annotations['checksum/config'];
    const usual = await checksum();
    expect(usual).toMatch(/^[0-9a-f]{64}$/);
    expect(await checksum('replicaCount=5')).toBe(usual);
    expect(await checksum('config.logging.level=debug')).not.toBe(usual);
  });

  it('may hold a credential if it is a Secret', async () => {
    const set = ['configSecret=true', 'config.remoteWrite[0].authorization.credentials=hunter2'];
    const { stringData } = await find('Secret', ...set);
    expect(stringData['collector.yaml']).toContain('credentials: hunter2');
    expect(
      (await render(set)).filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name),
    ).toEqual(['demo-sluice-test']);
  });
});

describe('names and labels', () => {
  // Flux and Kustomize refuse a key that is there twice, as the parser here does.
  const LABELS = [
    'commonLabels.team=platform',
    'commonLabels.app\\.kubernetes\\.io/part-of=jobs',
    'podLabels.team=batch',
    'service.labels.team=network',
    'persistence.labels.app\\.kubernetes\\.io/name=other',
    'podLabels.app\\.kubernetes\\.io/name=other',
  ];

  it('are there once if values give one again, and the closest value counts', async () => {
    for (const mode of ['deployment', 'daemonset', 'statefulset']) {
      const manifests = await render([`mode=${mode}`, ...LABELS]);
      const workload = manifests.find(({ kind }) => kind.toLowerCase() === mode);
      expect(workload?.metadata.labels).toMatchObject({
        team: 'platform',
        'app.kubernetes.io/part-of': 'jobs',
      });
      const { labels } = workload?.spec.template.metadata ?? {};
      expect(labels).toMatchObject({ team: 'batch', 'app.kubernetes.io/part-of': 'jobs' });
      expect(labels).toMatchObject(workload?.spec.selector.matchLabels);
      const service = manifests.find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === 'demo-sluice',
      );
      expect(service?.metadata.labels).toMatchObject({ team: 'network' });
    }
  });

  for (const release of ['123', '1e5', 'true', 'null']) {
    it(`are text in release ${release}, in a namespace of that name`, async () => {
      for (const name of ALL_VALUES) {
        const settings = { valuesFiles: [join(CHART, 'ci', name)], release, namespace: release };
        const set = [`fullnameOverride=s-${release}`];
        for (const { metadata } of await renderChart({ ...settings, set })) {
          const texts = [metadata.name, metadata.namespace ?? '', ...Object.values(metadata.labels ?? {})];
          expect(texts.filter((text) => typeof text !== 'string')).toEqual([]);
        }
      }
      const manifests = await renderChart({
        set: [URL_SET, 'mode=statefulset', `fullnameOverride=s-${release}`],
        release,
        namespace: release,
      });
      const { selector, template, volumeClaimTemplates } =
        manifests.find(({ kind }) => kind === 'StatefulSet')?.spec ?? {};
      for (const labels of [
        selector.matchLabels,
        template.metadata.labels,
        volumeClaimTemplates[0].metadata.labels,
      ])
        expect(labels['app.kubernetes.io/instance']).toBe(release);
    });
  }
});

describe('a value that is unset with null', () => {
  const KEYS = [
    'resources',
    'commonLabels',
    'commonAnnotations',
    'podAnnotations',
    'podLabels',
    'imagePullSecrets',
  ];
  it('means an empty one', async () => {
    const set = [...KEYS, 'topologySpreadConstraints', 'podSecurityContext', 'securityContext'];
    const manifests = await render([...set.map((key) => `${key}=null`), 'autoscaling.enabled=true']);
    expect(podSpec(manifests).containers[0].resources).toBeUndefined();
    const [all] = [[URL_SET, 'resources=null', 'autoscaling.enabled=true'].map((each) => `--set=${each}`)];
    const { code, stdout } = await runHelm(['install', 'demo', CHART, '--dry-run=client', ...all]);
    expect([code, stdout.includes('NOTES:')]).toEqual([0, true]);
  });

  it('leaves out a probe, which an empty one does not', async () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect(podSpec(await render([`${probe}=null`])).containers[0][probe]).toBeUndefined();
  });

  it('is refused by its name if it is a group of settings', async () => {
    for (const key of ['config', 'service', 'autoscaling', 'ingress', 'hostPort', 'prometheusRule'])
      await expect(render([`${key}=null`])).rejects.toThrow(`missing property '${key}'`);
  });
});

describe('a pod', () => {
  for (const mode of ['deployment', 'daemonset', 'statefulset']) {
    it(`meets the restricted Pod Security Standard in mode ${mode}`, async () => {
      const manifests = await render([`mode=${mode}`]);
      const test = manifests.find(({ kind }) => kind === 'Pod')?.spec;
      for (const pod of [podSpec(manifests), test]) {
        expect(pod.securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        for (const { securityContext } of pod.containers)
          expect(securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
        expect(pod.automountServiceAccountToken).toBe(false);
        expect(pod.volumes.some(({ hostPath }: { hostPath?: unknown }) => hostPath !== undefined)).toBe(
          false,
        );
      }
    });
  }

  it('may run as any user, as OpenShift wants it', async () => {
    const set = ['runAsUser', 'runAsGroup', 'fsGroup'].map((key) => `podSecurityContext.${key}=null`);
    expect(Object.keys(podSpec(await render(set)).securityContext).sort()).toEqual([
      'fsGroupChangePolicy',
      'runAsNonRoot',
      'seccompProfile',
    ]);
  });
});

describe('a monitor', () => {
  const endpoint = async (kind: string, list: string, prefix: string) => {
    const { spec } = await find(
      kind,
      `${prefix}.enabled=true`,
      `${prefix}.jobLabel=app.kubernetes.io/name`,
      `${prefix}.scheme=https`,
      `${prefix}.tlsConfig.insecureSkipVerify=true`,
    );
    return [spec.jobLabel, spec[list][0].scheme, spec[list][0].tlsConfig];
  };
  const given = ['app.kubernetes.io/name', 'https', { insecureSkipVerify: true }];

  it('has the scheme, TLS and job label of the values', async () => {
    expect(await endpoint('ServiceMonitor', 'endpoints', 'serviceMonitor')).toEqual(given);
    expect(await endpoint('PodMonitor', 'podMetricsEndpoints', 'podMonitor')).toEqual(given);
    const { spec } = await find('ServiceMonitor', 'serviceMonitor.enabled=true');
    expect([spec.jobLabel, spec.endpoints]).toEqual([undefined, [{ port: 'http', path: '/metrics' }]]);
  });

  it('has the job that the alerts ask for', async () => {
    const job = async (...set: readonly string[]) => {
      const rule = await find('PrometheusRule', 'prometheusRule.enabled=true', ...set);
      return /job="([^"]*)"/.exec(rule.spec.groups[0].rules[0].expr)?.[1];
    };
    const service = ['serviceMonitor.enabled=true', 'service.labels.team=network'];
    expect(await job(...service)).toBe('demo-sluice');
    expect(await job(...service, 'serviceMonitor.jobLabel=app\\.kubernetes\\.io/instance')).toBe('demo');
    expect(await job(...service, 'serviceMonitor.jobLabel=team')).toBe('network');
    expect(await job(...service, 'serviceMonitor.jobLabel=absent')).toBe('demo-sluice');
    const pods = ['podMonitor.enabled=true', 'podLabels.team=batch'];
    expect(await job(...pods, 'podMonitor.jobLabel=team')).toBe('batch');
    expect(await job(...pods, 'podMonitor.jobLabel=absent')).toBe('metrics/demo-sluice');
  });
});

describe('the Service', () => {
  it('keeps a client for as long as the values say', async () => {
    const set = ['service.sessionAffinityConfig.clientIP.timeoutSeconds=600'];
    const { spec } = await find('Service', ...set);
    expect([spec.sessionAffinity, spec.sessionAffinityConfig]).toEqual([
      'ClientIP',
      { clientIP: { timeoutSeconds: 600 } },
    ]);
  });

  it('leads to the pods, whose labels it asks for, in every mode', async () => {
    for (const mode of ['deployment', 'daemonset', 'statefulset']) {
      const manifests = await render([`mode=${mode}`]);
      const workload = manifests.find(({ kind }) => kind.toLowerCase() === mode);
      for (const { spec } of manifests.filter(({ kind }) => kind === 'Service'))
        expect(workload?.spec.template.metadata.labels).toMatchObject(spec.selector);
      expect(workload?.spec.template.metadata.labels).toMatchObject(workload?.spec.selector.matchLabels);
    }
  });

  it('leads to the node of the job in mode daemonset', async () => {
    expect((await find('Service', 'mode=daemonset')).spec.internalTrafficPolicy).toBe('Local');
    const set = ['mode=daemonset', 'service.internalTrafficPolicy=Cluster'];
    expect((await find('Service', ...set)).spec.internalTrafficPolicy).toBe('Cluster');
  });
});

describe('as a dependency of another chart', () => {
  const parent = async (values: object) => {
    const folder = new TemporaryFolder();
    const dependency = { name: 'sluice', version: '*', condition: 'sluice.enabled' };
    folder.write(
      'Chart.yaml',
      stringify({ apiVersion: 'v2', name: 'jobs', version: '1.0.0', dependencies: [dependency] }),
    );
    folder.write('values.yaml', stringify(values));
    cpSync(CHART, join(folder.path, 'charts/sluice'), { recursive: true });
    return runHelm(['template', 'demo', folder.path]);
  };
  const config = { remoteWrite: [{ url: 'https://metrics.example.com/w' }] };

  it('takes a condition and global values of the parent', async () => {
    const values = {
      global: { imageRegistry: 'registry.example.com', other: 1 },
      sluice: { enabled: true, config },
    };
    const { code, stdout } = await parent(values);
    expect([code, stdout.includes('image: registry.example.com/sluice-metrics/sluice:')]).toEqual([0, true]);
  });

  it('is left out by its condition', async () => {
    const { code, stdout } = await parent({ sluice: { enabled: false } });
    expect([code, stdout.trim()]).toEqual([0, '']);
  });
});

describe("the values on the chart's page", () => {
  it('are taken, each by itself', async () => {
    const shown = readPage('charts/sluice/README.md').blocks.filter(({ marks }) =>
      marks.some(({ name }) => name === 'chart values'),
    );
    expect(shown.length).toBeGreaterThan(4);
    for (const { text } of shown) {
      const file = new TemporaryFolder().write('values.yaml', text);
      expect((await render([], { valuesFiles: [file] })).length).toBeGreaterThan(4);
    }
  });
});
