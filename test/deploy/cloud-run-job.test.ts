// The Cloud Run job: a task is over when all its containers have ended, so Sluice, started with the very variables that the
// example sets, ends when the job's last step says so.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startReceiver } from '../support/delivery-setup.ts';
import { sendHttp } from '../support/http-client.ts';
import { RunningSluice } from '../support/running-sluice.ts';

const FILE = new URL('../../deploy/cloud-run/job.yaml', import.meta.url);
const { containers } = parse(readFileSync(FILE, 'utf8')).spec.template.spec.template.spec;

test('Sluice next to a job delivers everything and ends when the last step says so', async () => {
  const receiver = await startReceiver();
  const variables: { name: string; value?: string }[] = containers.find(
    ({ name }: { name: string }) => name === 'sluice',
  ).env;
  const own = { LISTEN_ADDRESS: '127.0.0.1:0', REMOTE_WRITE_URL: receiver.url() };
  const set = Object.fromEntries(variables.map(({ name, value = 'the-secret' }) => [name, value]));
  const sluice = await RunningSluice.start([], { env: { ...set, ...own } });
  expect((await sluice.push('m 5\n')).status).toBe(202);
  expect((await sendHttp(sluice.address, { method: 'POST', target: '/-/quit' })).status).toBe(202);
  expect(await sluice.command.ended).toBe(0);
  expect(receiver.deliveredValues).toEqual([5]);
});
