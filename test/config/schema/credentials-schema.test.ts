import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.ts';
import { backendProblems } from '../problems-of.ts';

function refused(keys: string, ...problems: string[]): void {
  expect(backendProblems(keys).map((line) => line.replace(/^\d+:\d+: remoteWrite\[0\]\./, ''))).toEqual(
    problems,
  );
}

function backend(keys: string) {
  return parseConfig(`remoteWrite: [{ url: "https://h/w", ${keys} }]`, '/etc/sluice/c.yaml', {})
    .remoteWrite[0];
}

describe('authorization', () => {
  it('is refused without exactly one source of the token', () => {
    refused(
      'authorization: {}',
      'authorization: expected one of credentials and credentialsFile, found neither',
    );
    refused(
      'authorization: { credentials: x, credentialsFile: y }',
      'authorization.credentialsFile: expected one of credentials and credentialsFile, found both',
    );
    refused('authorization: t0psecret', 'authorization: expected a mapping of keys, found text');
  });

  it('is refused as Basic or with a token in place of the scheme', () => {
    refused(
      'authorization: { type: BASIC, credentials: x }',
      'authorization.type: expected basicAuth for basic authentication, found type Basic',
    );
    refused(
      'authorization: { type: "Bearer t0psecret", credentials: x }',
      'authorization.type: expected an authentication scheme such as Bearer, found other text',
    );
  });

  it('is refused with a token that is empty or not allowed in a header', () => {
    const wanted = 'authorization.credentials: expected a token of Latin-1 characters without line ends';
    refused('authorization: { credentials: "" }', `${wanted}, found an empty value`);
    refused('authorization: { credentials: "t0psecret\\n" }', `${wanted}, found another character in it`);
    refused(
      'authorization: { credentials: 5555 }',
      'authorization.credentials: expected text (in quotes), found a number',
    );
  });

  it('is a bearer token by default', () => {
    const { authorization } = backend('authorization: { credentials: t0psecret }') ?? {};
    expect(authorization?.type).toBe('Bearer');
    expect(authorization?.credentials?.reveal()).toBe('t0psecret');
    expect(backend('authorization: { type: ApiKey, credentialsFile: token }')?.authorization).toEqual({
      type: 'ApiKey',
      credentialsFile: '/etc/sluice/token',
    });
  });
});

describe('basicAuth', () => {
  it('is refused without exactly one user name and one password', () => {
    refused(
      'basicAuth: {}',
      'basicAuth: expected one of username and usernameFile, found neither',
      'basicAuth: expected one of password and passwordFile, found neither',
    );
    refused(
      'basicAuth: { username: u, usernameFile: u, password: p, passwordFile: p }',
      'basicAuth.usernameFile: expected one of username and usernameFile, found both',
      'basicAuth.passwordFile: expected one of password and passwordFile, found both',
    );
  });

  it('is refused with characters that basic authentication cannot carry', () => {
    refused(
      'basicAuth: { username: "a:b", password: p }',
      'basicAuth.username: expected a user name without ":", found one with it',
    );
    refused(
      'basicAuth: { username: u, password: "t0psecret\\n" }',
      'basicAuth.password: expected a password without control characters such as line ends, found one with them',
    );
  });

  it('is refused next to authorization', () => {
    refused(
      'authorization: { credentials: x }, basicAuth: { username: u, password: p }',
      'basicAuth: expected one of authorization, basicAuth, oauth2 and sigv4, found authorization too',
    );
  });

  it('keeps user name and password', () => {
    const { basicAuth } = backend('basicAuth: { username: "", password: "pä:ss" }') ?? {};
    expect(basicAuth?.username).toBe('');
    expect(basicAuth?.password?.reveal()).toBe('pä:ss');
    expect(backend('basicAuth: { usernameFile: /u, passwordFile: ../p }')?.basicAuth).toEqual({
      usernameFile: '/u',
      passwordFile: '/etc/p',
    });
  });
});
