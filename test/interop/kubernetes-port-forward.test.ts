// A push through a real `kubectl port-forward`, API server and the kubelet's own streaming code, to a Sluice that plays the pod
// of deploy/kubernetes/service. What remains of a broken tunnel, and what the user sees.
import { expect } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { freePort } from '../support/free-port.ts';
import { sendHttp, sendPush } from '../support/http-client.ts';
import { manifestPath } from '../support/kubernetes/manifest.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { RunningSluice } from '../support/running-sluice.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { ControlPlane } from './support/kubernetes/control-plane.ts';
import { addNode, runPods } from './support/kubernetes/fake-node.ts';
import { itWithControlPlane, makeRestrictedNamespace } from './support/kubernetes/it-with-control-plane.ts';
import type { RunningProgram } from './support/running-program.ts';

const it = itWithControlPlane();
const FOLDER = 'service';

/** Sluice on a port that stays the same over restarts, and a tunnel to it as docs/kubernetes.md makes one. */
async function startRoad(plane: ControlPlane, namespace: string) {
  const receiver = await startReceiver();
  const pod = `127.0.0.1:${await freePort()}`;
  const startSluice = () =>
    RunningSluice.start([], { env: { LISTEN_ADDRESS: pod, REMOTE_WRITE_URL: receiver.url() } });
  const sluice = await startSluice();
  const kubelet = plane.run('kubelet', [`--pods=${pod}`]);
  const port = () => /^listening on .*:(\d+)$/m.exec(kubelet.output)?.[1];
  await kubelet.whenReady(async () => port() !== undefined);
  await addNode(plane, Number(port()));
  await makeRestrictedNamespace(plane, namespace);
  await plane.mustKubectl(['apply', '-n', namespace, '-k', manifestPath(FOLDER)]);
  const pods = async () =>
    (await plane.mustKubectl(['get', 'pods', '-n', namespace, '-o', 'name'])).split('\n');
  await waitForValue(pods, (lines) => lines.length > 2, 'the two pods of the Deployment', 60_000);
  const [podName = ''] = await runPods(plane, namespace);
  const forward = async (target: string) => {
    const args = [
      `--kubeconfig=${plane.environment.KUBECONFIG}`,
      'port-forward',
      '-n',
      namespace,
      target,
      ':3030',
      '--address=127.0.0.1',
    ];
    const tunnel = plane.run('kubectl', args);
    const address = () => /^Forwarding from (127\.0\.0\.1:\d+) -> 3030$/m.exec(tunnel.output)?.[1];
    await tunnel.whenReady(async () => address() !== undefined);
    return { tunnel, address: address()! };
  };
  return { receiver, sluice, startSluice, forward, podName };
}

const said = (tunnel: RunningProgram, words: RegExp) =>
  waitUntil(() => words.test(tunnel.output), `kubectl to say ${words}`, 60_000);

it('pushes go through it to a pod, to a Deployment and to the Service', async (plane) => {
  const { receiver, forward, podName } = await startRoad(plane, 'targets');
  let value = 0;
  for (const target of [`pod/${podName}`, 'deployment/sluice', 'service/sluice']) {
    const { address } = await forward(target);
    expect((await sendHttp(address, { target: '/-/ready' })).status).toBe(200);
    expect((await sendPush(address, `m ${++value}\n`, { headers: { prefer: 'wait=10' } })).status).toBe(200);
  }
  expect(receiver.deliveredValues).toEqual([1, 2, 3]);
});

it('a large push and many at one time go through one tunnel whole', async (plane) => {
  const { receiver, forward } = await startRoad(plane, 'much');
  const { address } = await forward('service/sluice');
  const lines = Array.from({ length: 20_000 }, (_, i) => `large{i="${i}"} ${i}\n`).join('');
  expect((await sendPush(address, lines, { headers: { prefer: 'wait=10' } })).status).toBe(200);
  expect(receiver.deliveredValues).toHaveLength(20_000);
  const pushes = Array.from({ length: 20 }, (_, i) =>
    sendPush(address, 'm 1\n', {
      target: `/pushgateway/metrics/job/many/i/${i}`,
      headers: { prefer: 'wait=10' },
    }),
  );
  expect(new Set((await Promise.all(pushes)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(receiver.deliveredValues).toHaveLength(20_020);
});

it('nothing of a push is sent if its tunnel breaks during it', async (plane) => {
  const { receiver, sluice, forward } = await startRoad(plane, 'cut');
  const { tunnel, address } = await forward('service/sluice');
  const connection = await RawConnection.open(address);
  connection.send(
    'PUT /pushgateway/metrics/job/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n',
  );
  await waitUntil(() => connection.received.includes('100 Continue'), 'Sluice to read the body');
  await connection.sendAndWait('first 1\nsecond 2\n');
  await tunnel.stop('SIGKILL');
  await sluice.logged('pushRefused');
  expect((await sluice.push('after 3\n', { headers: { prefer: 'wait=10' } })).status).toBe(200);
  expect(receiver.deliveredValues).toEqual([3]);
});

it('kubectl reports a pod that has ended, and a new tunnel reaches a new pod', async (plane) => {
  const { receiver, sluice, startSluice, forward } = await startRoad(plane, 'restart');
  const { tunnel, address } = await forward('deployment/sluice');
  expect((await sendPush(address, 'm 1\n', { headers: { prefer: 'wait=10' } })).status).toBe(200);
  expect(await sluice.stop()).toBe(0);
  await expect(sendPush(address, 'm 2\n')).rejects.toThrow();
  await said(tunnel, /error forwarding port 3030|lost connection to pod/);
  await startSluice();
  const again = await forward('deployment/sluice');
  expect((await sendPush(again.address, 'm 3\n', { headers: { prefer: 'wait=10' } })).status).toBe(200);
  expect(receiver.deliveredValues).toEqual([1, 3]);
});
