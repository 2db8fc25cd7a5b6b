// The plain manifests and what the chart renders, judged by the schemas of Kubernetes itself: the oldest version with native
// sidecars, two between, and the newest. A field that a version does not know is an error.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type Manifest, manifestFiles, readManifests } from '../support/kubernetes/manifest.ts';
import { helmProgram } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { ManifestChecker } from './support/kubernetes/manifest-checker.ts';
import { KUBERNETES_VERSION } from './support/kubernetes/programs.ts';
import { CHART, renderChart } from './support/render-chart.ts';

const VERSIONS = ['v1.29.15', 'v1.31.14', 'v1.34.9', KUBERNETES_VERSION];
const BEFORE_SIDECARS = 'v1.27.16';
const OLD_SIDECAR = 'sidecar/sidecar-before-1.29.yaml';
const VALUES = readdirSync(join(CHART, 'ci'));
/** What a file of values uses and a version does not have yet. */
const TOO_EARLY: Readonly<Record<string, readonly string[]>> = {
  'v1.29.15 all-values.yaml': ['Service: /spec must NOT have additional properties trafficDistribution'],
};

const checkers = new Map<string, ManifestChecker>();
const it = itAfter(async () => {
  await helmProgram(4);
  for (const version of [BEFORE_SIDECARS, ...VERSIONS])
    checkers.set(version, await ManifestChecker.of(version));
});

function problems(version: string, manifests: readonly Manifest[]): readonly string[] {
  return manifests.flatMap((manifest) =>
    checkers
      .get(version)!
      .problems(manifest)
      .map((problem) => `${manifest.kind}: ${problem}`),
  );
}

it('a field that is not known, a wrong type, a missing field and an unknown kind are found', async () => {
  const [service] = readManifests('service/service.yaml');
  const found = (changed: object) => problems(KUBERNETES_VERSION, [{ ...service!, ...changed }]);
  expect(found({ spec: { ...service!.spec, sesionAffinity: 'None' } })).toEqual([
    'Service: /spec must NOT have additional properties sesionAffinity',
  ]);
  expect(found({ spec: { ports: 3030 } })).toEqual(['Service: /spec/ports must be array']);
  expect(found({ spec: { ports: [{ name: 'http' }] } })).toEqual([
    "Service: /spec/ports/0 must have required property 'port'",
  ]);
  expect(found({ kind: 'Servant' })).toEqual(['Servant: v1 has no kind Servant']);
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'm' } };
  expect(
    problems(KUBERNETES_VERSION, [{ ...monitor, spec: { selector: {}, endpoints: [{ prot: 'http' }] } }]),
  ).toEqual(['ServiceMonitor: /spec/endpoints/0 must NOT have additional properties prot']);
});

describe.each(VERSIONS)('Kubernetes %s', (version) => {
  for (const path of manifestFiles())
    it(`knows every field of ${path}`, async () => {
      expect(problems(version, readManifests(path))).toEqual([]);
    });

  for (const name of VALUES)
    it(`knows every field of the chart with ${name}`, async () => {
      const kubeVersion = version.slice(1);
      const manifests = await renderChart({ valuesFiles: [join(CHART, 'ci', name)], kubeVersion });
      expect(manifests.length).toBeGreaterThan(0);
      expect(problems(version, manifests)).toEqual(TOO_EARLY[`${version} ${name}`] ?? []);
    });
});

describe(`Kubernetes ${BEFORE_SIDECARS}`, () => {
  it(`knows every field of ${OLD_SIDECAR}`, async () => {
    expect(problems(BEFORE_SIDECARS, readManifests(OLD_SIDECAR))).toEqual([]);
  });

  it('knows no sidecars', async () => {
    expect(problems(BEFORE_SIDECARS, readManifests('sidecar/job.yaml'))).toEqual([
      'Job: /spec/template/spec/initContainers/0 must NOT have additional properties restartPolicy',
    ]);
  });
});
