import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BackendConfig } from '../../../src/config/config.ts';
import { Secret } from '../../../src/config/secret.ts';
import { HeaderAuth } from '../../../src/delivery/auth/header-auth.ts';
import type { Sender } from '../../../src/delivery/block/send-outcome.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { waitUntil } from '../../support/wait-until.ts';

function secretFile(text?: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-credentials-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'token');
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

const NOWHERE: Sender = { send: () => Promise.reject(new Error('nothing is sent')) };

function open(
  config: Pick<BackendConfig, 'authorization' | 'basicAuth'>,
  onUnreadable: (detail: string) => void = () => {},
): HeaderAuth {
  return new HeaderAuth(config, { next: NOWHERE, onUnreadable });
}

function fromFile(credentialsFile: string) {
  const troubles: string[] = [];
  const credentials = open({ authorization: { type: 'Bearer', credentialsFile } }, (detail) =>
    troubles.push(detail),
  );
  return { credentials, troubles };
}

describe('a credentials file at the start', () => {
  test('that is missing is an error that names it', () => {
    const path = secretFile();
    expect(() => fromFile(path)).toThrow(
      `Cannot read credentials file ${path}: expected a readable file, found ENOENT`,
    );
  });

  test('that is empty is an error that names it', () => {
    const path = secretFile('\n');
    expect(() => fromFile(path)).toThrow(
      `Cannot use credentials of ${path}: expected some text, found an empty file`,
    );
  });

  test('of several lines is an error that does not show them', () => {
    const path = secretFile('hunter2\nhunter3\n');
    expect(() => fromFile(path)).toThrow(
      `Cannot use credentials of ${path}: expected one line of printable characters, found others`,
    );
  });
});

describe('a credentials file that changes', () => {
  test('is used from the next attempt on', () => {
    const path = secretFile('first\n');
    const { credentials } = fromFile(path);
    expect(credentials.authorization()).toBe('Bearer first');
    writeFileSync(path, 'second\r\n');
    expect(credentials.authorization()).toBe('Bearer second');
    writeFileSync(`${path}.new`, 'third');
    renameSync(`${path}.new`, path);
    expect(credentials.authorization()).toBe('Bearer third');
  });

  test('to nothing usable leaves the last good one in use, and is reported once for each change', () => {
    const path = secretFile('first');
    const { credentials, troubles } = fromFile(path);
    unlinkSync(path);
    expect([credentials.authorization(), credentials.authorization()]).toEqual([
      'Bearer first',
      'Bearer first',
    ]);
    expect(troubles).toEqual([
      `Cannot read credentials file ${path}: expected a readable file, found ENOENT`,
    ]);
    writeFileSync(path, '');
    expect([credentials.authorization(), credentials.authorization()]).toEqual([
      'Bearer first',
      'Bearer first',
    ]);
    expect(troubles.slice(1)).toEqual([
      `Cannot use credentials of ${path}: expected some text, found an empty file`,
    ]);
    writeFileSync(path, 'second');
    expect(credentials.authorization()).toBe('Bearer second');
  });
});

test('user name and password are read again when one of their files changes', () => {
  const [usernameFile, passwordFile] = [secretFile('u1'), secretFile('p1')];
  const credentials = open({ basicAuth: { usernameFile, passwordFile } });
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
  expect(credentials.authorization()).toBe(basic('u1:p1'));
  writeFileSync(passwordFile, 'p2-longer');
  expect(credentials.authorization()).toBe(basic('u1:p2-longer'));
  writeFileSync(usernameFile, 'u2-longer');
  expect(credentials.authorization()).toBe(basic('u2-longer:p2-longer'));
});

describe('the header', () => {
  test('is missing if nothing is configured', () => {
    expect(open({}).authorization()).toBe(undefined);
  });

  test('of basic authentication holds user and password in base64', () => {
    const basicAuth = { username: 'Aladdin', password: new Secret('open sesame') };
    expect(open({ basicAuth }).authorization()).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  });

  test('of basic authentication takes both from files', () => {
    const basicAuth = { usernameFile: secretFile('jürgen\n'), passwordFile: secretFile('pässword\n') };
    const expected = Buffer.from('jürgen:pässword').toString('base64');
    expect(open({ basicAuth }).authorization()).toBe(`Basic ${expected}`);
  });

  test('takes any scheme', () => {
    const authorization = { type: 'Token', credentials: new Secret('abc def') };
    expect(open({ authorization }).authorization()).toBe('Token abc def');
  });
});

test('a credential does not show when it is printed, nor when a backend repeats it', () => {
  const basicAuth = { username: 'user', password: new Secret('hunter2') };
  const credentials = open({ basicAuth });
  expect(inspect(credentials, { showHidden: true, depth: 9 })).not.toContain('hunter2');
  expect(credentials.redact('not hunter2, nor dXNlcjpodW50ZXIy')).toBe('not <redacted>, nor <redacted>');
});

test('a credential that was replaced does not show either, because an answer to an older attempt may repeat it', () => {
  const path = secretFile('hunter2');
  const { credentials } = fromFile(path);
  writeFileSync(path, 'hunter22');
  expect(credentials.authorization()).toBe('Bearer hunter22');
  expect(credentials.redact('neither hunter2 nor hunter22')).toBe('neither <redacted> nor <redacted>');
});

test('after a 401 the next attempt uses the new credential', async () => {
  const clock = new FakeClock();
  const path = secretFile('old-token');
  const receiver = await startReceiver([{ status: 401, body: 'old-token is not valid' }, {}]);
  const authorization = { type: 'Bearer', credentialsFile: path };
  const { push, events } = startDelivery(backendConfig(receiver.url(), { authorization }), { clock });
  push('a');
  clock.advance(5);
  await waitUntil(() => events.retried.length === 1 && clock.pendingTimers === 1, 'the backoff');
  writeFileSync(path, 'new-token');
  clock.advance(1000);
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  const sent = receiver.requests.map(({ headers }) => new Map(headers).get('authorization'));
  expect(sent).toEqual(['Bearer old-token', 'Bearer new-token']);
  expect(events.retried).toMatchObject([{ reason: 'status_401', detail: '<redacted> is not valid' }]);
});
