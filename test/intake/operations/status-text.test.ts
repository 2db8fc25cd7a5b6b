// /api/v1/status: it has what readers of a Pushgateway's status look for, and no secret.

import { expect, test } from 'vitest';
import { configFromObject } from '../../../src/config/check-config.ts';
import { statusText } from '../../../src/intake/operations/status-text.ts';
import { startIntake } from '../../support/intake-road.ts';

function status(keys: object = {}) {
  const config = configFromObject({ remoteWrite: [{ url: 'https://h.test/w' }], ...keys });
  const text = statusText({
    version: '1.2.3',
    nodeVersion: 'v26.0.0',
    startedAtMs: 1_700_000_000_123,
    config,
  });
  expect(text.endsWith('}\n')).toBe(true);
  return JSON.parse(text);
}

const SECRETS = ['t0ken', 'passw0rd', 'us3r', 'h3ader', 'qu3ry', 'inf0'];

const SECRET_BACKENDS = [
  { name: 'bearer', url: 'https://a.test/w?token=qu3ry', authorization: { credentials: 't0ken' } },
  { name: 'basic', url: 'https://b.test/w', basicAuth: { username: 'us3r', password: 'passw0rd' } },
  { name: 'header', url: 'https://c.test/w', headers: { 'X-Api-Key': 'h3ader', Cookie: 'k=h3ader' } },
];

test('no secret of any kind is in it, and what holds one is still named', () => {
  const { data } = status({ remoteWrite: SECRET_BACKENDS });
  const text = JSON.stringify(data);
  for (const secret of SECRETS) expect(text).not.toContain(secret);
  expect(data.config).toMatchObject({
    remoteWrite: [
      { url: 'https://a.test/w?<redacted>', authorization: { type: 'Bearer', credentials: '<redacted>' } },
      { basicAuth: { username: '<redacted>', password: '<redacted>' } },
      { headers: { 'X-Api-Key': '<redacted>', Cookie: '<redacted>' } },
    ],
  });
});

test('the user info of a URL, which the file does not take, would not be in it', () => {
  const config = configFromObject({ remoteWrite: [{ url: 'https://h.test/w?a=b' }] });
  const url = 'https://inf0:passw0rd@h.test/w?token=qu3ry@x';
  const remoteWrite = config.remoteWrite.map((backend) => ({ ...backend, url }));
  const facts = { version: '0', nodeVersion: 'v0', startedAtMs: 0, config: { ...config, remoteWrite } };
  expect(statusText(facts)).toContain('"https://<redacted>@h.test/w?<redacted>"');
  for (const secret of SECRETS) expect(statusText(facts)).not.toContain(secret);
});

test('it has the shape of a Pushgateway', () => {
  expect(status()).toEqual({
    status: 'success',
    data: {
      build_information: { version: '1.2.3', nodeVersion: 'v26.0.0' },
      flags: {
        'log.level': 'info',
        'push.disable-consistency-check': 'false',
        'push.enable-utf8-names': 'false',
        'web.enable-admin-api': 'false',
        'web.enable-lifecycle': 'false',
        'web.listen-address': '0.0.0.0:3030',
        'web.route-prefix': '/pushgateway',
        'web.telemetry-path': '/metrics',
      },
      start_time: '2023-11-14T22:13:20.123Z',
      config: expect.objectContaining({ shutdownTimeout: 10_000 }),
    },
  });
});

test('its flags follow the configuration', () => {
  const flags = (keys: object) => status(keys).data.flags;
  const push = { pushgateway: { utf8Names: true, pathPrefixes: ['/'] } };
  expect(flags({ push, logging: { level: 'warn' } })).toMatchObject({
    'log.level': 'warn',
    'push.enable-utf8-names': 'true',
    'web.route-prefix': '/',
  });
  expect(flags({ listenAddress: ':9091' })).toMatchObject({ 'web.listen-address': ':9091' });
  expect(flags({ listenAddress: '[::1]:9091' })).toMatchObject({ 'web.listen-address': '[::1]:9091' });
});

test('a running Sluice answers it at the root and below the prefix, with its start time', async () => {
  const before = Date.now();
  const secret = {
    headers: { 'X-Api-Key': 'h3ader' },
    basicAuth: { username: 'us3r', password: 'passw0rd' },
  };
  const { collector } = await startIntake({ backend: secret, urlTarget: '/w?token=qu3ry' });
  for (const target of ['/api/v1/status', '/pushgateway/api/v1/status']) {
    const answer = await collector.get(target);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    const { data } = JSON.parse(answer.text);
    expect(data.build_information).toEqual({ version: '0.0.0-test', nodeVersion: process.version });
    expect(data.config.remoteWrite[0].name).toBe('primary');
    expect(Date.parse(data.start_time)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(data.start_time)).toBeLessThanOrEqual(Date.now());
    for (const word of SECRETS) expect(answer.text).not.toContain(word);
  }
});
