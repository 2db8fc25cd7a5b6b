// AWS Signature Version 4: every attempt is signed again, credentials are found where all AWS SDKs look, and renewed before
// they expire. Signatures are judged by AWS's description, not by the library that makes them.
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BackendConfig, SigV4Config } from '../../../src/config/config.ts';
import { Secret } from '../../../src/config/secret.ts';
import { signRequest } from '../../../src/delivery/auth/aws-library.ts';
import { awsEnvironment, startAwsEndpoints } from '../../support/aws-endpoints.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ForwardProxy } from '../../support/forward-proxy.ts';
import type { ScriptedReceiver } from '../../support/scripted-receiver.ts';
import { checkSignature, type SignatureFacts } from '../../support/signature-check.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const ID = 'AKIDEXAMPLE';
const KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const KEYS = { accessKey: new Secret(ID), secretKey: new Secret(KEY) };
const random = () => 0;

function backend(
  receiver: ScriptedReceiver,
  sigv4: Partial<SigV4Config>,
  overrides: Partial<BackendConfig> = {},
): BackendConfig {
  const url = receiver.url('/workspaces/ws-1/api/v1/remote_write');
  return backendConfig(url, { sigv4: { region: 'eu-central-1', service: 'aps', ...sigv4 }, ...overrides });
}

function signatures({ requests }: ScriptedReceiver, secret: string): SignatureFacts[] {
  return requests.map((request) => checkSignature(request, secret));
}

/** What the backend was sent with `sigv4` in this environment. */
async function sent(sigv4: Partial<SigV4Config>, env: Readonly<Record<string, string>>, secret: string) {
  awsEnvironment(env);
  const receiver = await startReceiver();
  const { push, events } = startDelivery(backend(receiver, sigv4));
  push('m');
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  const headers = new Map(receiver.requests[0]?.headers);
  return { ...signatures(receiver, secret)[0], token: headers.get('x-amz-security-token') };
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html names the test suite these are from.
describe("a signature of AWS's test suite", () => {
  const suite = {
    credentials: { accessKeyId: ID, secretAccessKey: KEY },
    region: 'us-east-1',
    service: 'service',
    nowMs: Date.UTC(2015, 7, 30, 12, 36),
  };

  test('for post-vanilla, with the hash of the body as a header besides, is judged right', async () => {
    const body = new Uint8Array();
    const request = { origin: 'https://example.amazonaws.com', path: '/', headers: {}, body };
    const added = await signRequest(request, suite);
    const headers = [...Object.entries(added), ['Host', 'example.amazonaws.com'] as const];
    const { scope, date } = checkSignature({ method: 'POST', target: '/', headers, body }, KEY);
    expect([scope, date]).toEqual(['20150830/us-east-1/service/aws4_request', '20150830T123600Z']);
  });

  test('for post-vanilla is what the judge finds', () => {
    const signature = '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b';
    const authorization = `AWS4-HMAC-SHA256 Credential=${ID}/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
    const headers: [string, string][] = [
      ['Host', 'example.amazonaws.com'],
      ['X-Amz-Date', '20150830T123600Z'],
      ['Authorization', authorization],
    ];
    const request = { method: 'POST', target: '/', headers, body: new Uint8Array() };
    expect(checkSignature(request, KEY).signature).toBe(signature);
    expect(() => checkSignature(request, `${KEY}x`)).toThrow('expected ');
  });
});

test('path, query and odd headers are signed as they are sent', async () => {
  const receiver = await startReceiver();
  const url = receiver.url('/a%20b/%C3%A4*c/~x?z=1&a=%2F%20b&a=&key');
  const headers = { 'X-Amz-Meta': '  two   words ', 'X-Latin': 'ä', 'X-Empty': '' };
  const sigv4 = { region: 'r', service: 'aps', ...KEYS };
  const { push, events } = startDelivery(backendConfig(url, { headers, sigv4 }));
  push('m');
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  const [{ signedHeaders }] = signatures(receiver, KEY) as [SignatureFacts];
  expect(signedHeaders).toContain('x-amz-meta');
  for (const name of ['user-agent', 'connection', 'x-latin', 'retry-attempt', 'authorization'])
    expect(signedHeaders).not.toContain(name);
});

test('a retry is signed again, with its own date', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }, { status: 503 }, {}]);
  const { push, events } = startDelivery(backend(receiver, KEYS), { clock, random });
  push('m');
  const isSent = () => {
    clock.advance(1000);
    return events.sent.length === 1;
  };
  await waitUntil(isSent, 'the delivery');
  const all = signatures(receiver, KEY);
  expect(all.map(({ scope }) => scope)).toEqual(Array(3).fill('20231114/eu-central-1/aps/aws4_request'));
  expect(new Set(all.map(({ date }) => date)).size).toBe(3);
  expect(new Set(all.map(({ signature }) => signature)).size).toBe(3);
  expect(new Map(receiver.requests[2]?.headers).get('retry-attempt')).toBe('2');
});

describe('the region', () => {
  const region = async (sigv4: Partial<SigV4Config>, env: Readonly<Record<string, string>>) =>
    (await sent({ ...KEYS, ...sigv4 }, env, KEY)).scope?.split('/')[1];
  const without = () => {
    awsEnvironment({});
    const sigv4 = { service: 'aps', ...KEYS };
    return (url: string) => startDelivery(backendConfig(url, { sigv4 }));
  };

  test('stops the start if nothing names it', () => {
    expect(() => without()('https://127.0.0.1:1/')).toThrow(
      'Cannot sign for backend primary: expected a region (sigv4.region or AWS_REGION), found none',
    );
  });

  test('is the one in the host of a workspace', () => {
    expect(() => without()('https://aps-workspaces.eu-west-3.amazonaws.com/')).not.toThrow();
  });

  test('comes from the configuration before the environment', async () => {
    expect(await region({ region: 'eu-north-1' }, { AWS_REGION: 'us-west-2' })).toBe('eu-north-1');
  });
});

describe('credentials', () => {
  test('of the configuration are used', async () => {
    expect(await sent(KEYS, {}, KEY)).toMatchObject({ accessKeyId: ID, token: undefined });
    const withToken = { ...KEYS, sessionToken: new Secret('the-session') };
    expect(await sent(withToken, {}, KEY)).toMatchObject({ accessKeyId: ID, token: 'the-session' });
  });

  test('of the environment are used', async () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIDENV',
      AWS_SECRET_ACCESS_KEY: 'env-key',
      AWS_SESSION_TOKEN: 'env-token',
    };
    expect(await sent({}, env, 'env-key')).toMatchObject({ accessKeyId: 'AKIDENV', token: 'env-token' });
  });

  test('of a profile are used', async () => {
    const file = new TemporaryFolder().write(
      'credentials',
      '[default]\naws_access_key_id = AKIDX\naws_secret_access_key = x\n[metrics]\naws_access_key_id = AKIDP\naws_secret_access_key = profile-key\n',
    );
    const env = { AWS_SHARED_CREDENTIALS_FILE: file };
    expect(await sent({ profile: 'metrics' }, env, 'profile-key')).toMatchObject({ accessKeyId: 'AKIDP' });
  });

  test('of a web identity are fetched from the token service', async () => {
    const sts = await startAwsEndpoints();
    const token = new TemporaryFolder().write('token', 'web-identity-token');
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/metrics',
      AWS_ENDPOINT_URL_STS: sts.url,
    };
    expect(await sent({}, env, 'secret-1')).toMatchObject({ accessKeyId: 'AKID1', token: 'session-1' });
    expect(Object.fromEntries(new URLSearchParams(sts.calls[0]?.body))).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: env.AWS_ROLE_ARN,
      WebIdentityToken: 'web-identity-token',
    });
  });

  test('of a container are fetched with its token', async () => {
    const agent = await startAwsEndpoints();
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: new TemporaryFolder().write('token', 'pod-token'),
    };
    expect(await sent({}, env, 'secret-1')).toMatchObject({ accessKeyId: 'AKID1', token: 'session-1' });
    expect(agent.calls.map(({ headers }) => headers.authorization)).toEqual(['pod-token']);
  });

  test('of a role are fetched with those that were found, and with the external id', async () => {
    const sts = await startAwsEndpoints();
    const sigv4 = {
      ...KEYS,
      roleArn: 'arn:aws:iam::123456789012:role/other',
      externalId: new Secret('ext-id'),
    };
    const facts = await sent(sigv4, { AWS_ENDPOINT_URL_STS: sts.url }, 'secret-1');
    expect(facts).toMatchObject({ accessKeyId: 'AKID1', token: 'session-1' });
    const [call] = sts.calls;
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: sigv4.roleArn,
      ExternalId: 'ext-id',
      RoleSessionName: 'sluice',
    });
    const asked = {
      method: 'POST',
      target: call!.target,
      headers: Object.entries(call!.headers).map(([name, value]) => [name, String(value)] as const),
      body: Buffer.from(call!.body),
    };
    expect(checkSignature(asked, KEY)).toMatchObject({ accessKeyId: ID });
  });
});

test('the token service is reached through the proxy of the backend', async () => {
  const sts = await startAwsEndpoints();
  const proxy = await ForwardProxy.start();
  awsEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
  const receiver = await startReceiver();
  const sigv4 = { ...KEYS, roleArn: 'arn:aws:iam::1:role/r' };
  const { push, events } = startDelivery(backend(receiver, sigv4, { proxyUrl: new Secret(proxy.url()) }));
  push('m');
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect(proxy.calls.map(({ target }) => target)).toEqual([
    `${sts.url}/`,
    receiver.url('/workspaces/ws-1/api/v1/remote_write'),
  ]);
  expect(signatures(receiver, 'secret-1')).toMatchObject([{ accessKeyId: 'AKID1' }]);
});

describe('credentials that cannot be had', () => {
  test('are asked for again and reported without secrets, and nothing is sent', async () => {
    const sts = await startAwsEndpoints();
    sts.refusal = {
      status: 403,
      body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no: ext-id-1234</Message></Error></ErrorResponse>',
    };
    awsEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
    const receiver = await startReceiver();
    const sigv4 = { ...KEYS, roleArn: 'arn:aws:iam::1:role/r', externalId: new Secret('ext-id-1234') };
    const { push, events, delivery } = startDelivery(backend(receiver, sigv4), { random });
    push('m');
    await waitUntil(() => events.retried.length >= 2, 'two failures');
    expect(events.retried[0]).toMatchObject({
      reason: 'aws_credentials',
      detail:
        'Cannot get AWS credentials: expected some in the configuration or where an AWS SDK looks, found: no: <redacted>',
    });
    expect(receiver.started).toBe(0);
    expect(delivery.troubles()).toEqual([
      'Backend primary is not asked: no AWS credentials can be had. What is pushed waits.',
    ]);
    sts.refusal = undefined;
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(events.access).toEqual(['aws_credentials', 'granted']);
  });

  test('are reported on one line, without the beginning of a secret if the message is long', async () => {
    const sts = await startAwsEndpoints();
    const words = `first&#10;${'x'.repeat(490)}ext-id-1234`;
    sts.refusal = {
      status: 403,
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`,
    };
    awsEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
    const receiver = await startReceiver();
    const sigv4 = { ...KEYS, roleArn: 'arn:aws:iam::1:role/r', externalId: new Secret('ext-id-1234') };
    const { push, events } = startDelivery(backend(receiver, sigv4), { random });
    push('m');
    await waitUntil(() => events.retried.length >= 1, 'a failure');
    expect(events.retried[0]?.detail).toMatch(/found: first\\nx{490}<redacted>$/);
  });

  test('because there are none anywhere are reported as missing', async () => {
    awsEnvironment({});
    // It stops after the failure: another search would go on after the test, in the environment of the next one.
    const clock = new FakeClock();
    const receiver = await startReceiver();
    const { push, events } = startDelivery(backend(receiver, {}), { clock, random });
    push('m');
    const hasFailed = () => {
      if (events.retried.length === 0) clock.advance(1);
      return events.retried.length > 0;
    };
    await waitUntil(hasFailed, 'a failure');
    expect(events.retried[0]?.detail).toMatch(
      /^Cannot get AWS credentials: expected some in the configuration or where an AWS SDK looks, found: (EC2 Instance Metadata Service access disabled|Could not load credentials from any providers)/,
    );
  });
});

test('credentials are fetched once for all lanes, kept, and fetched again before they expire', async () => {
  const clock = new FakeClock(Date.now());
  const agent = await startAwsEndpoints(3_600_000, () => clock.nowMs());
  awsEnvironment({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/container` });
  const receiver = await startReceiver();
  const config = backendConfig(receiver.url(), {
    sigv4: { region: 'r', service: 'aps' },
    queueConfig: { shards: 4 },
  });
  const { push, events } = startDelivery(config, { clock, random });
  let wanted = 0;
  const sendOne = async (lanes = 1) => {
    for (let lane = 0; lane < lanes; lane++) push(`m${lane}`, 1, lane);
    wanted += lanes;
    const isSent = () => {
      clock.advance(1);
      return events.sent.length === wanted;
    };
    await waitUntil(isSent, 'the deliveries');
    return new Map(receiver.requests.at(-1)?.headers).get('x-amz-security-token');
  };
  expect(await sendOne(4)).toBe('session-1');
  expect(agent.calls.length).toBe(1);
  clock.advance(3_200_000);
  expect(await sendOne()).toBe('session-1');
  clock.advance(150_000);
  // The old ones serve until the new ones are there, however long that takes.
  while ((await sendOne()) !== 'session-2');
  expect(agent.calls.length).toBe(2);
});

test('credentials that the backend refuses are looked up again', async () => {
  const folder = new TemporaryFolder();
  const profile = (id: string) => `[default]\naws_access_key_id = ${id}\naws_secret_access_key = the-key\n`;
  const file = folder.write('credentials', profile('AKIDOLD'));
  awsEnvironment({ AWS_SHARED_CREDENTIALS_FILE: file });
  const receiver = await startReceiver([{ status: 403, body: 'AKIDOLD has expired' }]);
  const { push, events } = startDelivery(backend(receiver, {}), { random });
  push('m');
  await waitUntil(() => receiver.requests.length >= 2, 'two refusals');
  expect(events.retried[0]).toMatchObject({ reason: 'status_403', detail: '<redacted> has expired' });
  writeFileSync(file, profile('AKIDNEW'));
  const newest = () => signatures(receiver, 'the-key').at(-1)?.accessKeyId;
  await waitUntil(() => newest() === 'AKIDNEW', 'the new key');
  receiver.play({});
  await waitUntil(() => events.sent.length === 1, 'the delivery');
});
