// Every example configuration is started as it stands, with environment variables alone, and takes a push to a backend.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { RunningSluice, runSluice } from '../support/running-sluice.ts';
import { labelsOf } from '../support/series-text.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

const ROOT = new URL('../../', import.meta.url);
const CONFIG = new URL('config/', ROOT);
const EXAMPLES = [
  new URL('collector.yaml', ROOT),
  ...readdirSync(CONFIG)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => new URL(name, CONFIG)),
].map((url) => fileURLToPath(url));

/** What an operator sets; an example that does not use one ignores it. */
function environment(writeUrl: string): Record<string, string> {
  return {
    LISTEN_ADDRESS: '127.0.0.1:0',
    REMOTE_WRITE_URL: writeUrl,
    REMOTE_WRITE_TENANT: 'team-a',
    REMOTE_WRITE_TOKEN_FILE: new TemporaryFolder().write('token', 'the-token\n'),
    CLUSTER: 'c1',
  };
}

describe.each(EXAMPLES)('%s', (file) => {
  test('is found usable by check', async () => {
    const env = environment('https://metrics.example.com/api/v1/write');
    const { ending, stdout, stderr } = await runSluice(['check', '--config', file], { env });
    expect([ending, stdout, stderr]).toEqual([0, `${file}: can be used\n`, '']);
  });

  test('takes a push that reaches the backend', async () => {
    const receiver = await startReceiver();
    const sluice = await RunningSluice.start(['--config', file], { env: environment(receiver.url()) });
    expect((await sluice.push('m 1\n')).status).toBe(202);
    expect(await sluice.stop()).toBe(0);
    expect(receiver.delivered.length).toBe(1);
    const { cluster, ...labels } = labelsOf(receiver.delivered[0]!);
    expect(labels).toEqual({ __name__: 'm', job: 'test', instance: 'i1' });
    expect([undefined, 'c1']).toContain(cluster);
    const headers = new Map(receiver.requests[0]!.headers);
    expect([undefined, 'Bearer the-token']).toContain(headers.get('authorization'));
    expect([undefined, 'team-a']).toContain(headers.get('X-Scope-OrgID'));
    expect(sluice.logs().map(({ level }) => level)).not.toContain('error');
  });
});

test('the example for production sends the token, the tenant and the cluster', async () => {
  const receiver = await startReceiver();
  const sluice = await RunningSluice.start(['--config', EXAMPLES[0]!], { env: environment(receiver.url()) });
  await sluice.push('m 1\n');
  expect(await sluice.stop()).toBe(0);
  const headers = new Map(receiver.requests[0]!.headers);
  expect(headers.get('authorization')).toBe('Bearer the-token');
  expect(headers.get('X-Scope-OrgID')).toBe('team-a');
  expect(labelsOf(receiver.delivered[0]!).cluster).toBe('c1');
});
