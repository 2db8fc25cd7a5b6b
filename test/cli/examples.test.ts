// Every example configuration is started unchanged, with environment variables alone, and takes a push to a backend.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ISOLATED_AWS } from '../support/aws-endpoints.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { RunningSluice, runSluice } from '../support/running-sluice.ts';
import { labelsOf } from '../support/series-text.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { CLIENT_ID, CLIENT_SECRET, TokenEndpoint } from '../support/token-endpoint.ts';

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
  const folder = new TemporaryFolder();
  return {
    ...ISOLATED_AWS,
    LISTEN_ADDRESS: '127.0.0.1:0',
    REMOTE_WRITE_URL: writeUrl,
    REMOTE_WRITE_TENANT: 'team-a',
    REMOTE_WRITE_TOKEN_FILE: folder.write('token', 'the-token\n'),
    CLUSTER: 'c1',
    SPOOL_DIRECTORY: folder.path,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'the-key',
    OAUTH2_CLIENT_ID: CLIENT_ID,
    OAUTH2_CLIENT_SECRET_FILE: folder.write('client-secret', CLIENT_SECRET),
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
    const tokens = await TokenEndpoint.start();
    const env = { ...environment(receiver.url()), OAUTH2_TOKEN_URL: tokens.url };
    const sluice = await RunningSluice.start(['--config', file], { env });
    expect((await sluice.push('m 1\n')).status).toBe(202);
    expect(await sluice.stop()).toBe(0);
    expect(receiver.delivered.length).toBe(1);
    const { cluster, ...labels } = labelsOf(receiver.delivered[0]!);
    expect(labels).toEqual({ __name__: 'm', job: 'test', instance: 'i1' });
    expect([undefined, 'c1']).toContain(cluster);
    const headers = new Map(receiver.requests[0]!.headers);
    expect(headers.get('authorization') ?? '').toMatch(
      /^(?:|Bearer the-token|Bearer token-1|AWS4-HMAC-SHA256 .*)$/,
    );
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

test('the example for Amazon signs, and the one for OAuth 2.0 fetches a token', async () => {
  const receiver = await startReceiver();
  const tokens = await TokenEndpoint.start();
  const env = { ...environment(receiver.url()), OAUTH2_TOKEN_URL: tokens.url };
  for (const name of ['amazon-managed-prometheus', 'oauth2']) {
    const file = fileURLToPath(new URL(`${name}.yaml`, CONFIG));
    const sluice = await RunningSluice.start(['--config', file], { env });
    await sluice.push('m 1\n');
    expect(await sluice.stop()).toBe(0);
  }
  const sent = receiver.requests.map(({ headers }) => new Map(headers).get('authorization'));
  expect(sent).toEqual([
    expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/aps\/aws4_request, /,
    ),
    'Bearer token-1',
  ]);
});
