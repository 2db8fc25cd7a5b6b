// `sluice push` before a real Sluice: what is piped in is at the backend, and nothing of what is refused.
import { expect, test } from 'vitest';
import { startReceiver } from '../../support/delivery-setup.ts';
import { backendFields, roadConfig } from '../../support/road-config.ts';
import { type RunningSluice, runSluice, SluiceCommand } from '../../support/running-sluice.ts';
import type { ScriptedReceiver, Step } from '../../support/scripted-receiver.ts';
import { startSluice } from '../../support/sluice-with-config.ts';
import { waitUntil } from '../../support/wait-until.ts';

interface Road {
  readonly receiver: ScriptedReceiver;
  readonly sluice: RunningSluice;
  push(args: readonly string[], stdin: string): Promise<SluiceCommand>;
}

async function startRoad(script?: readonly Step[]): Promise<Road> {
  const receiver = await startReceiver(script);
  const sluice = await startSluice(roadConfig(receiver.url()));
  const env = { SLUICE_URL: `http://${sluice.address}/pushgateway` };
  const push = (args: readonly string[], stdin: string) => runSluice(['push', ...args], { env, stdin });
  return { receiver, sluice, push };
}

/** Labels of the only series that was delivered. */
async function deliveredLabels({ receiver }: Road) {
  await waitUntil(() => receiver.delivered.length > 0, 'a series at the backend');
  return receiver.delivered.map(({ labels }) => Object.fromEntries(labels));
}

test('an error in a line is reported in the words of Sluice, and nothing is forwarded', async () => {
  const { receiver, sluice, push } = await startRoad();
  const { ending, stderr } = await push(['--job', 'backup'], 'good 1\nbad one\n');
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot push to http://${sluice.address}/pushgateway/metrics/job/backup: expected 200 or 202, found 400: ` +
      'Cannot parse exposition line 2: expected a number as value, found "one"\n',
  ]);
  await sluice.stop();
  expect(receiver.requests).toEqual([]);
});

test('a last line without its end, as a producer that was killed leaves it, is refused', async () => {
  const { push } = await startRoad();
  const { ending, stderr } = await push(['--job', 'backup'], 'good 1\ncut_of');
  expect([ending, stderr]).toEqual([
    1,
    expect.stringContaining('found 400: Cannot parse exposition line 2: '),
  ]);
});

test('a push that is too large is refused while it is still being sent', async () => {
  const pushgateway = { maxBodySize: '10KiB' };
  const sluice = await startSluice(roadConfig('http://127.0.0.1:9/w', { push: { pushgateway } }));
  const args = ['push', '--job', 'j', '--url', `http://${sluice.address}/pushgateway`, '--no-gzip'];
  const { ending, stderr } = await runSluice(args, { stdin: 'm 1\n'.repeat(1_000_000) });
  expect([ending, stderr]).toEqual([
    1,
    expect.stringContaining(
      'found 413: Cannot take push: expected at most 10240 bytes, found 4000000 bytes declared\n',
    ),
  ]);
});

test('a URL without the prefix is refused with the one that was meant', async () => {
  const { sluice, push } = await startRoad();
  const { ending, stderr } = await push(['--job', 'backup', '--url', `http://${sluice.address}`], 'm 1\n');
  expect([ending, stderr]).toEqual([
    1,
    expect.stringContaining('pushes go to /pushgateway/metrics/job/backup\n'),
  ]);
});

test('a refusal by the backend ends a push that waits with 1 and the reason', async () => {
  const { push } = await startRoad([{ status: 400, body: 'out of order' }]);
  const { ending, stderr } = await push(['--job', 'backup', '--wait', '10s'], 'm 1\n');
  expect([ending, stderr]).toEqual([1, expect.stringMatching(/found 422: .*out of order/)]);
});

test('a backend that is away ends a push that waits with 5', async () => {
  const { push } = await startRoad([{ status: 503 }]);
  const { ending, stderr } = await push(['--job', 'backup', '--wait', '1s'], 'm 1\n');
  expect([ending, stderr]).toEqual([5, expect.stringContaining('expected it within the wait of 1 s')]);
});

test('a push that waited is at the backend when it ends', async () => {
  const { receiver, push } = await startRoad();
  const { ending, stderr } = await push(['--job', 'backup', '--wait', '10s'], 'm 1\n');
  expect([ending, stderr, receiver.deliveredValues]).toEqual([0, '', [1]]);
});

test('a push goes to the backend with any labels', async () => {
  const road = await startRoad();
  const labels = [
    '--label',
    'shard=3',
    '--label',
    'path=/a/../b',
    '--label',
    'gone=',
    '--label',
    'city=Zürich 🏔',
  ];
  expect((await road.push(['--job', 'a/b', ...labels], 'm 1\n')).ending).toBe(0);
  expect(await deliveredLabels(road)).toEqual([
    { __name__: 'm', city: 'Zürich 🏔', job: 'a/b', path: '/a/../b', shard: '3' },
  ]);
});

test('a large push arrives whole', async () => {
  const { receiver, push } = await startRoad();
  const lines = Array.from({ length: 5000 }, (_, i) => `m{i="${i}"} ${i}\n`);
  expect((await push(['--job', 'backup', '--wait', '10s'], lines.join(''))).ending).toBe(0);
  expect(receiver.deliveredValues).toHaveLength(5000);
});

test('OpenMetrics is declared as that', async () => {
  const { receiver, push } = await startRoad();
  const text = '# TYPE a counter\na_total 1 # {trace="x"} 1\n# EOF\n';
  expect((await push(['--job', 'j', '--format', 'openmetrics', '--wait', '10s'], text)).ending).toBe(0);
  expect(receiver.deliveredExemplars).toHaveLength(1);
});

test('a push that begins before Sluice does is taken when it is there', async () => {
  const receiver = await startReceiver();
  const first = await startSluice(roadConfig(receiver.url()));
  const { address } = first;
  await first.stop();
  const args = ['push', '--job', 'j', '--url', `http://${address}/pushgateway`, '--verbose'];
  const pushing = new SluiceCommand(args, { stdin: 'm 1\n' });
  await waitUntil(() => pushing.stderr.includes('next attempt'), 'an attempt that failed');
  await startSluice(roadConfig([backendFields(receiver.url())], { listenAddress: address }));
  expect(await pushing.ended).toBe(0);
  await waitUntil(() => receiver.deliveredValues.length === 1, 'the push at the backend');
});
