// The acknowledgement levels with a spool: an answer says what is on disk, whatever happens to the backend.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { metricValue } from '../support/metric-value.ts';
import { backendFields, type Fields, roadConfig } from '../support/road-config.ts';
import { startCollector } from '../support/running-collector.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Setting {
  readonly script?: readonly Step[];
  readonly directory?: string;
  readonly pushgateway?: Fields;
}

async function start({ script = [{}], directory, pushgateway = {} }: Setting = {}) {
  const receiver = await startReceiver(script);
  const folder = directory ?? join(new TemporaryFolder().path, 'spool');
  const config = { push: { pushgateway }, spool: { directory: folder } };
  const collector = await startCollector(roadConfig([backendFields(receiver.url())], config));
  const push = (body: string, prefer?: string) =>
    collector.push(body, prefer === undefined ? {} : { headers: { prefer } });
  const metric = async (name: string) => metricValue(await collector.metrics(), name);
  return { receiver, collector, folder, push, metric };
}

function shown({ status, headers, text }: HttpAnswer): (string | number | undefined)[] {
  return [status, headers['preference-applied'] as string | undefined, text];
}

test('if the disk fails, a push that has to be stored is refused, and one in memory is accepted', async () => {
  const folder = new TemporaryFolder();
  // A file in place of the directory: no user can create the directory.
  writeFileSync(join(folder.path, 'spool'), '');
  const { receiver, push } = await start({ directory: join(folder.path, 'spool') });
  const unusable = 'Cannot store push: the spool cannot be used now; GET /-/ready says why\n';
  for (const prefer of [undefined, 'wait=0', 'wait=10'])
    expect(shown(await push('m 1\n', prefer))).toEqual([503, undefined, unusable]);
  expect(shown(await push('m 2\n', 'respond-async'))).toEqual([202, 'respond-async', '']);
  await waitUntil(() => receiver.delivered.length > 0, 'the sample');
  expect(receiver.deliveredValues).toEqual([2]);
});

test('202 without a preference says that the push is on disk', async () => {
  const { push, metric } = await start({ script: [{ fault: 'never-answer' }] });
  expect(shown(await push('m 1\n'))).toEqual([202, undefined, '']);
  expect(await metric('sluice_spool_syncs_total')).toBeGreaterThan(0);
  expect(await metric('sluice_spool_bytes')).toBeGreaterThan(0);
});

test('wait=0 waits for the disk alone', async () => {
  const { push, metric } = await start({
    script: [{ fault: 'never-answer' }],
    pushgateway: { acknowledge: 'delivered' },
  });
  expect(shown(await push('m 1\n', 'wait=0'))).toEqual([202, 'wait=0', '']);
  expect(await metric('sluice_spool_syncs_total')).toBeGreaterThan(0);
});

test('wait is 200 when the backend has it, 422 with its words, and 202 when the time is over', async () => {
  const { receiver, push } = await start({ script: [{}, { status: 400, body: 'out of bounds' }] });
  expect(shown(await push('m 1\n', 'wait=10'))).toEqual([200, 'wait=10', '']);
  const words = 'Cannot deliver push: backend primary refused all its samples (status_400): out of bounds\n';
  expect(shown(await push('m 2\n', 'wait=10'))).toEqual([422, 'wait=10', words]);
  receiver.play({ fault: 'never-answer' });
  expect(shown(await push('m 3\n', 'wait=1'))).toEqual([202, 'wait=1', '']);
});

test('a stop leaves what waits to the spool and answers 202, and the next start delivers it', async () => {
  const { collector, folder, push, metric } = await start({ script: [{ status: 503 }] });
  const answers = Array.from({ length: 20 }, (_, i) => push(`m${i} ${i}\n`, 'wait=10'));
  await waitForValue(
    () => metric('sluice_pushes_waiting'),
    (count) => count === 20,
    'all pushes to wait',
  );
  expect(await collector.stop()).toEqual({ lostSamples: 0 });
  for (const answer of await Promise.all(answers)) expect(shown(answer)).toEqual([202, 'wait=10', '']);
  const next = await start({ directory: folder });
  await waitUntil(() => next.receiver.delivered.length === 20, 'what the spool has');
  expect([...next.receiver.deliveredValues].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  );
});
