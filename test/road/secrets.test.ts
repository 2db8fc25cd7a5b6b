// The log of the real command: one JSON event a line, refusals with their reason, and no credential anywhere.
import { describe, expect, test } from 'vitest';
import { ISOLATED_AWS } from '../support/aws-endpoints.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { ForwardProxy } from '../support/forward-proxy.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { startRoad } from '../support/road-setup.ts';
import { type RunningSluice, runSluice } from '../support/running-sluice.ts';
import type { ScriptedReceiver, Step } from '../support/scripted-receiver.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { CLIENT_ID, CLIENT_SECRET, TokenEndpoint } from '../support/token-endpoint.ts';
import { waitUntil } from '../support/wait-until.ts';

const TOKEN = 'tok3n-s3cret';
const PASSWORD = 'passw0rd-s3cret';
const HEADER = 'h3ader-s3cret';
const QUERY = 'qu3ry-s3cret';
const BASIC = Buffer.from(`user:${PASSWORD}`).toString('base64');
const SECRETS = [TOKEN, PASSWORD, HEADER, QUERY, BASIC];

test('a refused push is one line with job, status and reason', async () => {
  const receiver = await startReceiver();
  const sluice = await startSluice(roadConfig(receiver.url()));
  await sluice.push('m\n', {
    target: '/pushgateway/metrics/job/nightly',
    headers: { 'user-agent': 'agent/1' },
  });
  expect(await sluice.logged('pushRefused')).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: 'warn',
    event: 'pushRefused',
    job: 'nightly',
    status: 400,
    reason: 'malformed',
    detail: 'Cannot parse exposition line 1: expected a number as value, found the end of the line',
    userAgent: 'agent/1',
  });
});

test('what a client sends cannot break a line of the log', async () => {
  const receiver = await startReceiver();
  const sluice = await startSluice(roadConfig(receiver.url()));
  const job = encodeURIComponent('a\n{"event":"listening"}\u001b[2J\u2028');
  await sluice.push('m{a="\n\u0000\u001b"} x\n', { target: `/pushgateway/metrics/job/${job}` });
  await sluice.logged('pushRefused');
  await sluice.stop();
  expect(sluice.logs().map(({ event }) => event)).toEqual([
    'starting',
    'listening',
    'pushRefused',
    'stopping',
    'stopped',
  ]);
  expect(sluice.command.stdout).toMatch(/^[\P{Cc}\n]*$/u);
});

/** A backend that repeats what it was sent, first with a passing failure, then with final ones; then it works. */
function echo(...words: string[]): Step[] {
  const body = `you said ${words.join(' ')}`;
  return [
    { status: 503, body },
    { status: 400, body },
    { fault: 'reset-after-request' },
    { status: 302, headers: [['location', `https://elsewhere.test/?${words.join('&')}`]] },
    {},
  ];
}

async function observe(sluice: RunningSluice, delivered: () => boolean): Promise<string> {
  const dropped = () => sluice.logs().filter(({ event }) => event === 'blockDropped').length;
  await sluice.push('a 1\n');
  await waitUntil(() => dropped() === 2, 'the refusals of A');
  await sluice.push('b 1\n');
  await waitUntil(() => dropped() === 4, 'the redirects of B');
  await sluice.push('c 1\n');
  await waitUntil(delivered, 'the deliveries of C');
  const answers = [
    await sluice.push('broken\n'),
    await sluice.get('/'),
    await sluice.get('/nowhere'),
    await sluice.get('/metrics'),
  ];
  expect(await sluice.stop()).toBe(0);
  return [
    ...answers.map(({ text, headers }) => text + JSON.stringify(headers)),
    sluice.command.stdout,
  ].join();
}

test.each(['inline', 'file'])('no credential shows up anywhere, at level debug (%s)', async (kind) => {
  const folder = new TemporaryFolder();
  const bearer = await startReceiver(echo(TOKEN, HEADER, QUERY));
  const basic = await startReceiver(echo(PASSWORD, BASIC));
  const authorization =
    kind === 'file' ? { credentialsFile: folder.write('token', `${TOKEN}\n`) } : { credentials: TOKEN };
  const password =
    kind === 'file' ? { passwordFile: folder.write('password', PASSWORD) } : { password: `\${PASSWORD}` };
  const headers = { 'X-Api-Key': HEADER };
  const config = roadConfig(
    [
      backendFields(bearer.url(`/w?token=${QUERY}`), { name: 'bearer', headers, authorization }),
      backendFields(basic.url(), { name: 'basic', basicAuth: { username: 'user', ...password } }),
    ],
    { logging: { level: 'debug' }, shutdownTimeout: '10s' },
  );
  const env = { PASSWORD };
  const sluice = await startSluice(config, { env });
  const seen = await observe(sluice, () => bearer.delivered.length + basic.delivered.length === 2);
  const checked = await runSluice(['check', '--config', folder.write('c.yaml', JSON.stringify(config))], {
    env,
  });
  expect([checked.ending, checked.stderr]).toEqual([0, '']);
  // They were there to be seen: the backends got them.
  const sent = [bearer, basic].map(({ requests }) => new Map(requests[0]!.headers));
  expect(sent[0]!.get('authorization')).toBe(`Bearer ${TOKEN}`);
  expect(sent[0]!.get('X-Api-Key')).toBe(HEADER);
  expect(sent[1]!.get('authorization')).toBe(`Basic ${BASIC}`);
  expect(seen).toContain('you said <redacted> <redacted> <redacted>');
  for (const secret of SECRETS) expect(seen + checked.stdout + sluice.command.stderr).not.toContain(secret);
});

test('what a backend repeats of its headers and its query is blanked, short words are not', async () => {
  const words = 'tenant team-a, key k3y-of-the-header, token qu3ry s3cret, as written qu3ry%20s3cret';
  const { collector, pushed, drained } = await startRoad({
    script: [{ status: 400, body: words }, {}],
    urlTarget: '/w?t=team-a&token=qu3ry%20s3cret',
    backend: { headers: { 'X-Scope-OrgID': 'team-a', 'X-Key': 'k3y-of-the-header' } },
  });
  await pushed('m 1\n');
  await drained();
  expect(collector.log.entries()).toContainEqual(
    expect.objectContaining({
      event: 'blockDropped',
      detail: 'tenant team-a, key <redacted>, token <redacted>, as written <redacted>',
    }),
  );
});

describe('credentials that are fetched', () => {
  const PROXY = 'pr0xy-s3cret';
  const PARAM = 'p4ram-s3cret';

  /** What is on the pages and in the log once the backend has refused, repeated what it got, and taken something. */
  async function seenOf(sluice: RunningSluice, receiver: ScriptedReceiver): Promise<string> {
    await sluice.push('a 1\n');
    await waitUntil(() => receiver.delivered.length === 1, 'the delivery');
    const pages = [
      await sluice.get('/metrics'),
      await sluice.get('/api/v1/status'),
      await sluice.get('/-/ready'),
    ];
    expect(await sluice.stop()).toBe(0);
    return pages.map(({ text }) => text).join() + sluice.command.stdout + sluice.command.stderr;
  }

  const repeatAll: Step[] = [401, 403, 503].map((status) => ({ status, echoesHeaders: true }));

  test('and those of a proxy show nowhere (OAuth 2.0)', async () => {
    const receiver = await startReceiver([...repeatAll, {}]);
    const proxy = await ForwardProxy.start();
    const tokens = await TokenEndpoint.start({ echoes: 2 });
    const oauth2 = {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      tokenUrl: tokens.url,
      endpointParams: { assertion: PARAM },
    };
    const fields = { oauth2, proxyUrl: proxy.url(`u:${PROXY}`) };
    const config = roadConfig([backendFields(receiver.url(), fields)], {
      logging: { level: 'debug' },
      shutdownTimeout: '10s',
    });
    const sluice = await startSluice(config);
    const seen = await seenOf(sluice, receiver);
    expect(tokens.requests[0]?.params.assertion).toBe(PARAM);
    expect(proxy.calls[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa(`u:${PROXY}`)}`);
    expect(seen).toContain('Bearer <redacted>');
    expect(seen).toContain('oauth2_token');
    const basic = tokens.requests[0]?.authorization?.slice('Basic '.length) ?? '';
    const secrets = [CLIENT_SECRET, basic, PROXY, btoa(`u:${PROXY}`), PARAM, 'token-1', 'token-2'];
    for (const secret of secrets) expect(seen).not.toContain(secret);
  });

  test('show nowhere (AWS)', async () => {
    const receiver = await startReceiver([...repeatAll, {}]);
    const config = roadConfig([backendFields(receiver.url(), { sigv4: { region: 'r' } })], {
      logging: { level: 'debug' },
      shutdownTimeout: '10s',
    });
    const secrets = {
      AWS_ACCESS_KEY_ID: 'AKID-s3cret',
      AWS_SECRET_ACCESS_KEY: 'k3y-s3cret',
      AWS_SESSION_TOKEN: 's3ssion',
    };
    const sluice = await startSluice(config, { env: { ...ISOLATED_AWS, ...secrets } });
    const seen = await seenOf(sluice, receiver);
    expect(seen).toContain('Credential=<redacted>/');
    for (const secret of Object.values(secrets)) expect(seen).not.toContain(secret);
  });
});
