// OAuth 2.0 client credentials: one token for all lanes, renewed before it expires and after a refusal, and never shown.
import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BackendConfig, OAuth2Config } from '../../../src/config/config.ts';
import { Secret } from '../../../src/config/secret.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { createAuthority } from '../../support/certificates.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { ScriptedReceiver } from '../../support/scripted-receiver.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { CLIENT_ID, CLIENT_SECRET, TokenEndpoint } from '../../support/token-endpoint.ts';
import { waitUntil } from '../../support/wait-until.ts';

const RFC_BASIC = `Basic ${Buffer.from(`${CLIENT_ID}:cl1ent-s3cret%2F%2B%C3%A4`).toString('base64')}`;

function oauth2Config(tokenUrl: string, overrides: Partial<OAuth2Config> = {}): OAuth2Config {
  return {
    clientId: CLIENT_ID,
    clientSecret: new Secret(CLIENT_SECRET),
    tokenUrl,
    scopes: [],
    endpointParams: {},
    tlsConfig: { minVersion: 'TLS12', insecureSkipVerify: false },
    proxyFromEnvironment: false,
    proxyConnectHeader: {},
    ...overrides,
  };
}

function backend(
  receiver: ScriptedReceiver,
  oauth2: OAuth2Config,
  overrides: Partial<BackendConfig> = {},
): BackendConfig {
  return backendConfig(receiver.url(), { oauth2, ...overrides });
}

function tokensSent({ requests }: ScriptedReceiver): (string | undefined)[] {
  return requests.map(({ headers }) => new Map(headers).get('authorization'));
}

const random = () => 0;

describe('a token endpoint that gives no token', () => {
  const detail = (endpoint: TokenEndpoint, seen: string) =>
    `Cannot get a token from ${endpoint.url}: expected an access token, found ${seen}`;

  async function failure(body: object | string, status = 200, headers: Record<string, string> = {}) {
    const endpoint = await TokenEndpoint.start({ script: [{ status, body, headers }] });
    const receiver = await startReceiver();
    const { push, events } = startDelivery(backend(receiver, oauth2Config(endpoint.url)), { random });
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(receiver.requests.length).toBe(1);
    expect(events.retried).toMatchObject([{ reason: 'oauth2_token' }]);
    return { endpoint, detail: events.retried[0]?.detail };
  }

  test.each([
    [{ token_type: 'Bearer' }, 200, 'status 200 ("response" body "access_token" property must be a string)'],
    [{ access_token: 'x' }, 200, 'status 200 ("response" body "token_type" property must be a string)'],
    [{ access_token: 'x', token_type: 'mac' }, 200, 'status 200 (unsupported `token_type` value)'],
    [{ access_token: 'a\nb', token_type: 'Bearer' }, 200, 'status 200 (other characters in it)'],
    ['{"access_token":', 200, 'status 200 (failed to parse "response" body as JSON)'],
    ['<html>', 503, 'status 503'],
    [{}, 302, 'status 302'],
    [{}, 204, 'status 204'],
  ])('but %j with %i is asked again', async (body, status, seen) => {
    const { endpoint, detail: found } = await failure(body, status);
    expect(found).toBe(detail(endpoint, seen));
  });

  test('but more than 64 KiB is not read to the end', async () => {
    const { detail: found } = await failure({ access_token: 'x'.repeat(100_000), token_type: 'Bearer' });
    expect(found).toContain('status 200 (failed to parse "response" body as JSON)');
  });

  test('and repeats what it was sent does not reveal it', async () => {
    const basic = RFC_BASIC.slice('Basic '.length);
    const { detail: found } = await failure(
      { error: 'temporarily_unavailable', error_description: basic },
      429,
    );
    expect(found).toContain('status 429 (temporarily_unavailable: <redacted>)');
  });

  test('because nothing listens there is asked again, and nothing is sent without a token', async () => {
    const receiver = await startReceiver();
    const config = backend(receiver, oauth2Config('http://127.0.0.1:1/token?key=k3y'));
    const { push, events, delivery } = startDelivery(config, { random });
    push('m');
    await waitUntil(() => events.retried.length >= 3, 'three failures');
    expect(events.retried[0]).toMatchObject({
      reason: 'oauth2_token',
      detail:
        'Cannot get a token from http://127.0.0.1:1/token?<redacted>: expected an access token, found connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(receiver.started).toBe(0);
    expect(delivery.troubles()).toEqual([]);
  });

  test('because it does not know the client is reported as something that a person must put right', async () => {
    const endpoint = await TokenEndpoint.start({ clientSecret: 'another' });
    const receiver = await startReceiver();
    const { push, events, delivery } = startDelivery(backend(receiver, oauth2Config(endpoint.url)), {
      random,
    });
    push('m');
    await waitUntil(() => events.access.length === 1, 'the refusal');
    expect(events.retried[0]?.detail).toBe(detail(endpoint, 'status 401 (invalid_client: who are you)'));
    expect(delivery.troubles()).toEqual([
      'Backend primary is not asked: the token endpoint refuses our client. What is pushed waits.',
    ]);
    endpoint.clientSecret = CLIENT_SECRET;
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(events.access).toEqual(['oauth2_token', 'granted']);
  });

  test('in time is given up, and the wait ends with a stop', async () => {
    const endpoint = await TokenEndpoint.start({ script: [{ until: new Promise(() => {}) }] });
    const receiver = await startReceiver();
    const config = backend(receiver, oauth2Config(endpoint.url), { remoteTimeout: 5000 });
    const clock = new FakeClock();
    const { push, events, delivery } = startDelivery(config, { clock, random });
    push('m');
    clock.advance(5);
    await waitUntil(() => endpoint.requests.length === 1, 'the request');
    clock.advance(5000);
    await waitUntil(() => events.retried.length === 1, 'the failure');
    expect(events.retried[0]?.detail).toBe(detail(endpoint, 'no complete answer within 5000 ms'));
    endpoint.script.push({ until: new Promise(() => {}) });
    await waitUntil(() => clock.pendingTimers > 0, 'the backoff');
    clock.advance(100);
    await waitUntil(() => endpoint.requests.length === 2, 'another request');
    expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
  });
});

describe('a token', () => {
  test('is asked for as RFC 6749 says, with scopes and parameters', async () => {
    const endpoint = await TokenEndpoint.start();
    const receiver = await startReceiver();
    const oauth2 = oauth2Config(endpoint.url, {
      scopes: ['metrics.write', 'a'],
      endpointParams: { audience: new Secret('https://metrics/') },
    });
    const { push, events } = startDelivery(backend(receiver, oauth2));
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(tokensSent(receiver)).toEqual(['Bearer token-1']);
    const params = {
      grant_type: 'client_credentials',
      scope: 'metrics.write a',
      audience: 'https://metrics/',
    };
    expect(endpoint.requests).toEqual([{ authorization: RFC_BASIC, params }]);
  });

  test('is asked for with the secret in the body if the header is not accepted, and so from then on', async () => {
    const endpoint = await TokenEndpoint.start({ style: 'post', expiresIn: 0 });
    const receiver = await startReceiver();
    const { push, events } = startDelivery(backend(receiver, oauth2Config(endpoint.url)));
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    push('m');
    await waitUntil(() => events.sent.length === 2, 'another delivery');
    expect(events.retried).toEqual([]);
    expect(endpoint.requests.map(({ authorization }) => authorization)).toEqual([
      RFC_BASIC,
      undefined,
      undefined,
    ]);
  });

  test('is asked for once by all lanes, and kept', async () => {
    const endpoint = await TokenEndpoint.start();
    const receiver = await startReceiver();
    const config = backendConfig(receiver.url(), {
      oauth2: oauth2Config(endpoint.url),
      queueConfig: { shards: 8 },
    });
    const { push, events } = startDelivery(config);
    for (let lane = 0; lane < 8; lane++) push(`m${lane}`, 1, lane);
    await waitUntil(() => events.sent.length === 8, 'the deliveries');
    push('m', 1, 3);
    await waitUntil(() => events.sent.length === 9, 'another');
    expect(endpoint.requests.length).toBe(1);
    expect(new Set(tokensSent(receiver))).toEqual(new Set(['Bearer token-1']));
  });

  async function started(expiresIn: number | string | null) {
    const clock = new FakeClock();
    const endpoint = await TokenEndpoint.start({ expiresIn });
    const receiver = await startReceiver();
    const setup = startDelivery(backend(receiver, oauth2Config(endpoint.url)), { clock, random });
    let sent = 0;
    const sendOne = async () => {
      setup.push('m', ++sent);
      const isSent = () => {
        clock.advance(1);
        return setup.events.sent.length === sent;
      };
      await waitUntil(isSent, 'a delivery');
      return tokensSent(receiver).at(-1);
    };
    /** The old token serves until the new one is there, however long that takes. */
    const sendUntil = async (token: string) => {
      while ((await sendOne()) !== token);
    };
    return { clock, endpoint, sendOne, sendUntil };
  }

  test('is renewed in the background before it expires', async () => {
    const { clock, endpoint, sendOne, sendUntil } = await started(3600);
    expect(await sendOne()).toBe('Bearer token-1');
    clock.advance(3_560_000);
    expect(await sendOne()).toBe('Bearer token-1');
    expect(endpoint.issued).toBe(1);
    clock.advance(10_000);
    expect(await sendOne()).toBe('Bearer token-1');
    await waitUntil(() => endpoint.issued === 2, 'the next token');
    await sendUntil('Bearer token-2');
    expect(endpoint.issued).toBe(2);
  });

  test('that could not be renewed in time is used until it expires', async () => {
    const { clock, endpoint, sendOne } = await started(100);
    await sendOne();
    clock.advance(90_000);
    endpoint.script.push({ status: 500 });
    expect(await sendOne()).toBe('Bearer token-1');
    await waitUntil(() => endpoint.requests.length === 2, 'the failure');
    clock.advance(10_000);
    expect(await sendOne()).toBe('Bearer token-2');
  });

  test('without a lifetime is kept for an hour', async () => {
    const { clock, endpoint, sendOne } = await started(null);
    await sendOne();
    clock.advance(3_500_000);
    expect(await sendOne()).toBe('Bearer token-1');
    clock.advance(100_000);
    expect(await sendOne()).toBe('Bearer token-2');
    expect(endpoint.issued).toBe(2);
  });

  test('takes its lifetime also from text', async () => {
    const { clock, sendOne } = await started('60');
    await sendOne();
    clock.advance(61_000);
    expect(await sendOne()).toBe('Bearer token-2');
  });

  test('that the backend refuses is replaced before the next attempt, once for all lanes', async () => {
    const endpoint = await TokenEndpoint.start();
    // Both lanes are refused at once: a lane that asks later would take the new token at its first attempt.
    const { promise: bothHaveAsked, resolve: refuseBoth } = Promise.withResolvers<void>();
    const refusal = { status: 401, body: 'token-1 has been revoked', until: bothHaveAsked };
    const isRevoked = (headers: readonly (readonly [string, string])[]) =>
      headers.some(([name, value]) => name === 'authorization' && value === 'Bearer token-1');
    const receiver = await startReceiver([
      { rule: (_request, _body, headers) => (isRevoked(headers) ? refusal : {}) },
    ]);
    const config = backendConfig(receiver.url(), {
      oauth2: oauth2Config(endpoint.url),
      queueConfig: { shards: 2 },
    });
    const { push, events } = startDelivery(config, { random });
    push('a', 1, 0);
    push('b', 1, 1);
    await waitUntil(() => receiver.requests.length === 2, 'a request of each lane');
    refuseBoth();
    await waitUntil(() => events.sent.length === 2, 'the deliveries');
    expect(endpoint.issued).toBe(2);
    expect(tokensSent(receiver).sort()).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ]);
    expect(events.retried[0]?.detail).toBe('<redacted> has been revoked');
  });

  test('is not replaced because of a 403', async () => {
    const endpoint = await TokenEndpoint.start();
    const receiver = await startReceiver([{ status: 403 }, {}]);
    const { push, events } = startDelivery(backend(receiver, oauth2Config(endpoint.url)), { random });
    push('a');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(endpoint.issued).toBe(1);
  });
});

describe('the client secret file', () => {
  test('that is missing or empty stops the start', async () => {
    const folder = new TemporaryFolder();
    const receiver = await startReceiver();
    const start = (clientSecretFile: string) => () => {
      const { clientSecret: _, ...rest } = oauth2Config('http://127.0.0.1:1/');
      startDelivery(backend(receiver, { ...rest, clientSecretFile }));
    };
    expect(start('/nowhere/secret')).toThrow(
      'Cannot read client secret file /nowhere/secret: expected a readable file, found ENOENT',
    );
    const empty = folder.write('empty', '\n');
    expect(start(empty)).toThrow(
      `Cannot use client secret file ${empty}: expected one line of printable characters, found an empty file`,
    );
  });

  test('is read again when it changes', async () => {
    const folder = new TemporaryFolder();
    const clientSecretFile = folder.write('secret', 'old secret\n');
    const endpoint = await TokenEndpoint.start();
    const receiver = await startReceiver();
    const { clientSecret: _, ...rest } = oauth2Config(endpoint.url);
    const { push, events } = startDelivery(backend(receiver, { ...rest, clientSecretFile }), { random });
    push('m');
    await waitUntil(() => events.access.length === 1, 'the refusal');
    renameSync(folder.write('new', ''), clientSecretFile);
    await waitUntil(() => events.credentialTroubles.length === 1, 'the trouble with the empty file');
    renameSync(folder.write('new', `${CLIENT_SECRET}\n`), clientSecretFile);
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });
});

test('the token endpoint is used over TLS with a client certificate, and is verified', async () => {
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue({ ips: ['127.0.0.1'] });
  const client = await authority.issue({ purpose: 'client' });
  const folder = new TemporaryFolder();
  const tls = { cert: certPem, key: keyPem, ca: authority.certPem, requestCert: true };
  const endpoint = await TokenEndpoint.start({ tls });
  const receiver = await startReceiver();
  const caFile = folder.write('ca.pem', (await createAuthority('CN=Somebody else')).certPem);
  const tlsConfig = {
    minVersion: 'TLS12',
    insecureSkipVerify: false,
    caFile,
    certFile: folder.write('cert.pem', client.certPem),
    keyFile: folder.write('key.pem', client.keyPem),
  } as const;
  const { push, events } = startDelivery(backend(receiver, oauth2Config(endpoint.url, { tlsConfig })), {
    random,
  });
  push('m');
  await waitUntil(() => events.retried.length >= 1, 'a failure');
  expect(events.retried[0]?.detail).toBe(
    `Cannot get a token from ${endpoint.url}: expected an access token, found self-signed certificate in certificate chain`,
  );
  expect(endpoint.requests).toEqual([]);
  renameSync(folder.write('right.pem', authority.certPem), caFile);
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect(events.reloaded).toEqual(['primary']);
});
