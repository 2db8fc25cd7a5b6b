// What the plain manifests run, run as plain programs: with their arguments, environment, ConfigMap and Secret. Only the ports
// are others, and the backend.
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { containerRun } from '../support/kubernetes/container-run.ts';
import { podTemplateOf, readFolder } from '../support/kubernetes/manifest.ts';
import { type Probe, sluiceOf } from '../support/kubernetes/pod-spec.ts';
import { RunningSluice } from '../support/running-sluice.ts';
import type { ScriptedReceiver } from '../support/scripted-receiver.ts';
import { labelsOf } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';

const SECRETS = { 'sluice-remote-write': { token: 'the-token\n' } };

function podOf(folder: string) {
  const objects = readFolder(folder);
  const { spec } = objects.flatMap((object) => podTemplateOf(object) ?? [])[0]!;
  return { objects, spec, sluice: sluiceOf(spec) };
}

function start(folder: string, receiver: ScriptedReceiver): Promise<RunningSluice> {
  const { objects, spec, sluice } = podOf(folder);
  const env = { LISTEN_ADDRESS: '127.0.0.1:0', REMOTE_WRITE_URL: receiver.url(), CLUSTER: 'c1' };
  const run = containerRun(spec, sluice, { objects, secrets: SECRETS, env });
  expect(run.command).toEqual([]);
  return RunningSluice.start(run.args, { env: run.env });
}

describe.each(['service', 'daemonset'])('the pod of deploy/kubernetes/%s', (folder) => {
  test('takes a push, and sends it with the token of the Secret', async () => {
    const receiver = await startReceiver();
    const sluice = await start(folder, receiver);
    expect((await sluice.push('m 1\n')).status).toBe(202);
    expect(await sluice.stop()).toBe(0);
    expect(labelsOf(receiver.delivered[0]!)).toMatchObject({ __name__: 'm', cluster: 'c1' });
    const headers = new Map(receiver.requests[0]!.headers);
    expect(headers.get('authorization')).toBe('Bearer the-token');
    expect(headers.get('X-Scope-OrgID')).toBe('anonymous');
  });

  test('answers all its probes', async () => {
    const sluice = await start(folder, await startReceiver());
    const { startupProbe, readinessProbe, livenessProbe } = podOf(folder).sluice;
    for (const probe of [startupProbe, readinessProbe, livenessProbe])
      expect((await sluice.get(pathOf(probe))).status).toBe(200);
  });

  test('is alive and ready while its backend is down, since no restart would help', async () => {
    const receiver = await startReceiver([{ status: 503 }]);
    const sluice = await start(folder, receiver);
    await sluice.push('m 1\n');
    await waitUntil(() => receiver.requests.length > 0, 'a refused request');
    const { readinessProbe, livenessProbe } = podOf(folder).sluice;
    for (const probe of [readinessProbe, livenessProbe])
      expect((await sluice.get(pathOf(probe))).status).toBe(200);
    receiver.play({});
    expect(await sluice.stop()).toBe(0);
  });
});

function pathOf(probe: Probe | undefined): string {
  expect(probe?.httpGet?.port).toBe('http');
  return probe!.httpGet!.path;
}
