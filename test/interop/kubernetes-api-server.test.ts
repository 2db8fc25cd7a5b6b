// A real API server takes the plain manifests, and the pods that its controllers make of them are admitted if Pod Security
// is as strict as it can be. Every warning of the API server counts as a failure.
import { readdirSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect } from 'vitest';
import { programVersion } from '../../src/version.ts';
import { readPage } from '../docs/pages/page.ts';
import { manifestPath, podTemplateOf } from '../support/kubernetes/manifest.ts';
import { environmentOf, type PodSpec, sluiceOf } from '../support/kubernetes/pod-spec.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import type { ControlPlane } from './support/kubernetes/control-plane.ts';
import { addNode } from './support/kubernetes/fake-node.ts';
import {
  itWithControlPlane,
  makeNamespace,
  makeRestrictedNamespace,
} from './support/kubernetes/it-with-control-plane.ts';
import { operatorFiles } from './support/kubernetes/manifest-checker.ts';
import { KUBERNETES_VERSION } from './support/kubernetes/programs.ts';
import { CHART, renderChartText } from './support/render-chart.ts';

const it = itWithControlPlane();
const FOLDERS = { service: 2, daemonset: 1 };
const JOBS = ['sidecar/job.yaml', 'sidecar/sidecar-before-1.29.yaml'];

it('a pod with rights that it does not need is refused, so what is taken below is restricted', async (plane) => {
  await makeRestrictedNamespace(plane, 'strict');
  const spec = { containers: [{ name: 'idle', image: 'idle' }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'idle' }, spec };
  const { code, stderr } = await plane.kubectl(['apply', '-n', 'strict', '-f', '-'], JSON.stringify(pod));
  expect(code).toBe(1);
  expect(stderr).toContain('violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false');
});

describe.each(Object.entries(FOLDERS))('deploy/kubernetes/%s', (folder, pods) => {
  const source = ['-k', manifestPath(folder)];

  it('is taken, and nothing is left to change when it is applied again', async (plane) => {
    await makeRestrictedNamespace(plane, folder);
    const apply = (...more: string[]) =>
      plane.mustKubectl(['apply', '-n', folder, '--server-side', ...source, ...more]);
    await apply('--dry-run=server');
    const first = await apply();
    expect(await apply()).toBe(first);
    expect(await plane.mustKubectl(['diff', '-n', folder, '--server-side', ...source])).toBe('');
  });

  it('makes pods that are admitted', async (plane) => {
    await addNode(plane);
    await makeRestrictedNamespace(plane, `${folder}-pods`);
    await plane.mustKubectl(['apply', '-n', `${folder}-pods`, ...source]);
    await whenPods(plane, `${folder}-pods`, pods);
  });
});

describe('the sidecars', () => {
  for (const [at, path] of JOBS.entries())
    it(`${path} is taken twice without a change, and its Job makes a pod`, async (plane) => {
      const namespace = `job-${at}`;
      await makeRestrictedNamespace(plane, namespace);
      const source = ['-n', namespace, '-f', manifestPath(path)];
      await plane.mustKubectl(['apply', '--server-side', ...source]);
      await plane.mustKubectl(['apply', '--server-side', ...source]);
      expect(await plane.mustKubectl(['diff', '--server-side', ...source])).toBe('');
      await whenPods(plane, namespace, 1);
    });

  it('cron-job.yaml is taken, and a run of it makes a pod', async (plane) => {
    await makeRestrictedNamespace(plane, 'cron');
    await plane.mustKubectl(['apply', '-n', 'cron', '-f', manifestPath('sidecar/cron-job.yaml')]);
    await plane.mustKubectl(['create', 'job', '-n', 'cron', '--from=cronjob/nightly-backup', 'by-hand']);
    await whenPods(plane, 'cron', 1);
  });
});

it('the overlay of the documentation changes what it says, and is taken', async (plane) => {
  const spec = await applyOverlay(plane, 'newName', 'metrics');
  expect(sluiceOf(spec).image).toBe(`registry.example.com/sluice:${programVersion()}`);
  expect(environmentOf(sluiceOf(spec)).REMOTE_WRITE_URL).toBe('https://prometheus.example.com/api/v1/write');
});

it('the overlay for clusters before 1.30 exchanges the sleep for a delay, and is taken', async (plane) => {
  const spec = await applyOverlay(plane, 'SHUTDOWN_DELAY', 'before-sleeps');
  expect(sluiceOf(spec).lifecycle).toBeUndefined();
  expect(environmentOf(sluiceOf(spec)).SHUTDOWN_DELAY).toBe('5s');
});

it('the example of a Secret is taken', async (plane) => {
  await makeRestrictedNamespace(plane, 'secret');
  await plane.mustKubectl(['apply', '-n', 'secret', '-f', manifestPath('secret-example.yaml')]);
});

describe('the chart', () => {
  for (const name of readdirSync(join(CHART, 'ci')))
    it(`with ${name} is taken twice without a change, and its pods are admitted`, async (plane) => {
      await addPrerequisites(plane);
      const namespace = name.replace('-values.yaml', '');
      // Pod Security counts a port of the node among the rights that a restricted pod does not have.
      await makeNamespace(plane, namespace, name.includes('host-port') ? 'privileged' : 'restricted');
      const chart = await renderChartText({
        valuesFiles: [join(CHART, 'ci', name)],
        // The name that the oldest versions know is deprecated in the newest.
        set: name === 'all-values.yaml' ? ['service.trafficDistribution=PreferSameZone'] : [],
        namespace,
        kubeVersion: KUBERNETES_VERSION.slice(1),
      });
      await plane.mustKubectl(['apply', '--server-side', '-f', '-'], chart);
      await plane.mustKubectl(['apply', '--server-side', '-f', '-'], chart);
      expect(await plane.mustKubectl(['diff', '--server-side', '-f', '-'], chart)).toBe('');
      await whenPods(plane, namespace, 1);
    });
});

/** The pods of the documentation's overlay that has these words, put into a namespace of their own. */
async function applyOverlay(plane: ControlPlane, words: string, namespace: string): Promise<PodSpec> {
  const { blocks } = readPage('docs/kubernetes.md');
  const overlay = blocks.find(({ text }) => text.includes('kind: Kustomization') && text.includes(words))!;
  const folder = new TemporaryFolder();
  const base = relative(realpathSync(folder.path), manifestPath('service'));
  const text = overlay.text.replace('deploy/kubernetes/service', base);
  folder.write('kustomization.yaml', text.replace('namespace: metrics', `namespace: ${namespace}`));
  await makeRestrictedNamespace(plane, namespace);
  await plane.mustKubectl(['apply', '--server-side', '-k', folder.path]);
  const read = ['get', 'deployment', 'sluice', '-n', namespace, '-o', 'json'];
  return podTemplateOf(JSON.parse(await plane.mustKubectl(read)))!.spec;
}

/** What all-values.yaml takes to be there. */
async function addPrerequisites(plane: ControlPlane): Promise<void> {
  const runtime = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'gvisor' },
    handler: 'runsc',
  };
  await plane.mustKubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(runtime));
  // Where it puts what monitors it.
  await makeRestrictedNamespace(plane, 'monitoring');
  await addOperatorKinds(plane);
  await addNode(plane);
}

/** The kinds of the Prometheus Operator, as its own definitions describe them. */
async function addOperatorKinds(plane: ControlPlane): Promise<void> {
  for (const path of await operatorFiles()) await plane.mustKubectl(['apply', '--server-side', '-f', path]);
  await plane.mustKubectl(['wait', '--for=condition=established', 'crd', '--all', '--timeout=60s']);
}

async function whenPods(plane: ControlPlane, namespace: string, count: number): Promise<void> {
  // Not those that a chart brings for its tests.
  const owned = '{range .items[?(@.metadata.ownerReferences)]}pod/{.metadata.name}{"\\n"}{end}';
  const names = () => plane.mustKubectl(['get', 'pods', '-n', namespace, '-o', `jsonpath=${owned}`]);
  const found = (text: string) => text.split('\n').filter((line) => line.startsWith('pod/')).length >= count;
  // The reason why a pod is refused is in an event.
  const seen = async () => {
    const text = await names();
    return found(text)
      ? text
      : text +
          (await plane.mustKubectl(['get', 'events', '-n', namespace, '-o', 'wide', '--ignore-not-found']));
  };
  await waitForValue(seen, found, `${count} pods`, 60_000);
}
