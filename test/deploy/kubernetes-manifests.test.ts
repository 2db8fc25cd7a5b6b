// What the plain manifests have to hold among themselves and towards the program. Whether Kubernetes takes them, and as it
// means them, test/interop checks them with its schemas and an API server.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { programVersion } from '../../src/version.ts';
import {
  manifestFiles,
  manifestPath,
  podTemplateOf,
  readFolder,
  readManifests,
} from '../support/kubernetes/manifest.ts';
import { podConfig } from '../support/kubernetes/pod-config.ts';
import { containersOf, environmentOf, type PodSpec, sluiceOf } from '../support/kubernetes/pod-spec.ts';

const FOLDERS = ['service', 'daemonset'];
const SIDECARS = ['sidecar/cron-job.yaml', 'sidecar/job.yaml', 'sidecar/sidecar-before-1.29.yaml'];
const PODS = manifestFiles().flatMap((path) =>
  readManifests(path).flatMap((manifest) => {
    const template = podTemplateOf(manifest);
    return template === undefined ? [] : [{ path, template }];
  }),
);

it('there are the manifests that the documentation names', () => {
  expect(manifestFiles()).toEqual([
    'daemonset/config-map.yaml',
    'daemonset/daemon-set.yaml',
    'daemonset/network-policy.yaml',
    'daemonset/service-account.yaml',
    'daemonset/service.yaml',
    'secret-example.yaml',
    'service/config-map.yaml',
    'service/deployment.yaml',
    'service/network-policy.yaml',
    'service/pod-disruption-budget.yaml',
    'service/service-account.yaml',
    'service/service.yaml',
    ...SIDECARS,
  ]);
});

describe.each(PODS)('the pods of $path', ({ template: { spec } }) => {
  it('run Sluice in the version of this repository', () => {
    expect(sluiceOf(spec).image).toBe(`ghcr.io/sluice-metrics/sluice:${programVersion()}`);
  });

  it('are as restricted as a pod can be', () => {
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext } of containersOf(spec))
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
  });

  it('have more memory than Sluice may fill', () => {
    const { remoteWrite, push } = configOf(spec);
    const queues = remoteWrite.reduce((sum, { queueConfig }) => sum + queueConfig.maxQueueSize, 0);
    const needed = queues + push.pushgateway.maxBufferedSize + mebibytes('128Mi');
    expect(mebibytes(sluiceOf(spec).resources?.limits?.memory)).toBeGreaterThanOrEqual(needed);
  });

  it('are given the time that a stop may take', () => {
    const { lifecycle } = sluiceOf(spec);
    const { shutdownDelay, shutdownTimeout } = configOf(spec);
    const stopMs = (lifecycle?.preStop?.sleep?.seconds ?? 0) * 1000 + shutdownDelay + shutdownTimeout;
    expect(spec.terminationGracePeriodSeconds! * 1000).toBeGreaterThanOrEqual(stopMs + 5_000);
  });
});

describe.each(FOLDERS)('the folder %s', (folder) => {
  const objects = readFolder(folder);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  const template = objects.flatMap((object) => podTemplateOf(object) ?? [])[0]!;

  it('is listed by its kustomization', () => {
    const text = readFileSync(manifestPath(`${folder}/kustomization.yaml`), 'utf8');
    const { resources } = parse(text) as { resources: string[] };
    const files = manifestFiles().filter((path) => path.startsWith(`${folder}/`));
    expect(resources.map((name) => `${folder}/${name}`).sort()).toEqual(files);
  });

  it('has the configuration of the example', () => {
    const example = readFileSync(new URL('../../config/kubernetes-service.yaml', import.meta.url), 'utf8');
    // Without the line for editors.
    const [, text] = /^# yaml-language-server[^\n]*\n#\n(.*)$/s.exec(example) ?? [];
    expect(find('ConfigMap')?.data).toEqual({ 'collector.yaml': text });
  });

  it('has time for a delay in place of the sleep, which clusters before 1.30 have not', () => {
    const { spec } = template;
    const { shutdownDelay, shutdownTimeout } = configOf(spec, { SHUTDOWN_DELAY: '5s' });
    expect(shutdownDelay).toBe(5_000);
    expect(spec.terminationGracePeriodSeconds! * 1000).toBeGreaterThan(shutdownDelay + shutdownTimeout);
  });

  it('selects its own pods everywhere', () => {
    const labels = template.metadata?.labels;
    const selectors = objects.flatMap(({ kind, spec = {} }) => {
      if (kind === 'NetworkPolicy') return [spec.podSelector];
      return kind === 'Service' ? [{ matchLabels: spec.selector }] : (spec.selector ?? []);
    });
    expect(selectors.length).toBeGreaterThan(2);
    for (const selector of selectors) expect(selector).toEqual({ matchLabels: labels });
  });

  it('lets pods be scraped and probed on the port of the configuration', () => {
    const sluice = sluiceOf(template.spec);
    const { port } = configOf(template.spec).listenAddress;
    expect(template.metadata?.annotations?.['prometheus.io/port']).toBe(String(port));
    expect(sluice).toMatchObject({ ports: [{ name: 'http', containerPort: port }] });
    expect(find('Service')?.spec?.ports).toEqual([{ name: 'http', port, targetPort: 'http' }]);
  });
});

describe.each(SIDECARS)('%s', (path) => {
  const { spec } = PODS.find((pod) => pod.path === path)!.template;

  it('lets only its own pod reach Sluice', () => {
    expect(configOf(spec).listenAddress).toEqual({ host: '127.0.0.1', port: 3030 });
    const [job] = spec.containers;
    expect(environmentOf(job!).SLUICE_ADDRESS).toBe('127.0.0.1:3030');
  });

  it('has no probe that comes from outside of the pod', () => {
    const { startupProbe, readinessProbe, livenessProbe } = sluiceOf(spec);
    expect([startupProbe?.httpGet, readinessProbe, livenessProbe]).toEqual([undefined, undefined, undefined]);
  });
});

it('the Job and the CronJob have the same pods', () => {
  const [cron, job] = SIDECARS.map((path) => PODS.find((pod) => pod.path === path)!.template);
  expect(cron).toEqual(job);
});

it('what changes on older clusters is what the head of the file says, and nothing else', () => {
  const old = PODS.find(({ path }) => path === SIDECARS[2])!.template.spec;
  const job = PODS.find(({ path }) => path === SIDECARS[1])!.template.spec;
  const { startupProbe: _, restartPolicy: _always, ...sidecar } = sluiceOf(job);
  const env = sluiceOf(old).env!.filter(({ name }) => name !== 'ENABLE_LIFECYCLE');
  expect({ ...sluiceOf(old), env }).toEqual(sidecar);
  expect({ ...old.containers[0], command: [] }).toEqual({ ...job.containers[0], command: [] });
  expect([old.initContainers, old.restartPolicy]).toEqual([undefined, 'Never']);
  const [{ spec: jobSpec = {} } = {}] = readManifests(SIDECARS[2]!);
  expect(jobSpec.activeDeadlineSeconds).toBeGreaterThan(0);
});

/** The ConfigMap is that of whichever folder: both have the same. */
function configOf(spec: PodSpec, env = {}) {
  const secrets = { 'sluice-remote-write': { token: 'the-token' } };
  return podConfig(spec, { objects: readFolder('service'), secrets, env });
}

function mebibytes(text = ''): number {
  const [, number] = /^(\d+)Mi$/.exec(text) ?? [];
  return Number(number) * 1024 * 1024;
}
