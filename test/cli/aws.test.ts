// The program as it is bundled finds AWS credentials that have to be fetched: the libraries' own late loading works.
import { expect, test } from 'vitest';
import { ISOLATED_AWS, startAwsEndpoints } from '../support/aws-endpoints.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { checkSignature } from '../support/signature-check.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

type Sources = Readonly<Record<string, (url: string, folder: TemporaryFolder) => Record<string, string>>>;

const SOURCES: Sources = {
  'a web identity': (url, folder) => ({
    AWS_WEB_IDENTITY_TOKEN_FILE: folder.write('token', 'the-token'),
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/metrics',
    AWS_ENDPOINT_URL_STS: url,
  }),
  'a container': (url, folder) => ({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: folder.write('token', 'the-token'),
  }),
  'a profile with a role': (url, folder) => ({
    AWS_CONFIG_FILE: folder.write(
      'config',
      '[profile base]\naws_access_key_id = AKIDB\naws_secret_access_key = b\n' +
        '[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n',
    ),
    AWS_ENDPOINT_URL_STS: url,
  }),
};

test.each(Object.keys(SOURCES))('%s', async (name) => {
  const receiver = await startReceiver();
  const aws = await startAwsEndpoints();
  const env = {
    ...ISOLATED_AWS,
    AWS_REGION: 'eu-north-1',
    ...SOURCES[name]!(aws.url, new TemporaryFolder()),
  };
  const config = roadConfig([backendFields(receiver.url(), { sigv4: {} })], { shutdownTimeout: '10s' });
  const sluice = await startSluice(config, { env });
  await sluice.push('m 1\n');
  await waitUntil(() => receiver.delivered.length === 1, 'the delivery');
  expect(await sluice.stop()).toBe(0);
  expect(checkSignature(receiver.requests[0]!, 'secret-1')).toMatchObject({ accessKeyId: 'AKID1' });
  expect(sluice.command.stderr).toBe('');
});
