import { describe, expect, it } from 'vitest';
import { configWarnings } from '../../../src/config/config-warnings.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import { backendProblems } from '../problems-of.ts';

const GIVEN = 'clientId: c, clientSecret: s, tokenUrl: "https://login.test/token"';

function refused(keys: string, ...problems: string[]): void {
  const lines = backendProblems(keys).map((line) => line.replace(/^\d+:\d+: remoteWrite\[0\]\./, ''));
  expect(lines).toEqual(problems);
}

function config(keys: string) {
  return parseConfig(`remoteWrite: [{ name: b, url: "https://h/w", ${keys} }]`, '/etc/sluice/c.yaml', {});
}

describe('oauth2', () => {
  it('is refused without client, secret and token endpoint', () => {
    refused(
      'oauth2: {}',
      'oauth2.clientId: expected text (in quotes), found nothing',
      'oauth2.tokenUrl: expected a URL such as https://login.example.com/oauth2/token, found nothing',
      'oauth2: expected one of clientSecret and clientSecretFile, found neither',
    );
    refused(
      `oauth2: { ${GIVEN}, clientSecretFile: f }`,
      'oauth2.clientSecretFile: expected one of clientSecret and clientSecretFile, found both',
    );
  });

  it('is refused with a token endpoint that is not safe to speak to', () => {
    const given = GIVEN.replace('https:', 'http:');
    refused(
      `oauth2: { ${given} }`,
      'oauth2.tokenUrl: expected https:// (or allowInsecureHTTP: true on this backend), found http:// to login.test',
    );
    expect(configWarnings(config(`allowInsecureHTTP: true, oauth2: { ${given} }`))).toEqual([
      'Backend "b": allowInsecureHTTP is on and oauth2.tokenUrl is http://; the client secret and the token go over the network unencrypted',
    ]);
    expect(configWarnings(config(`oauth2: { ${GIVEN}, tlsConfig: { insecureSkipVerify: true } }`))).toEqual([
      `Backend "b": oauth2.tlsConfig.insecureSkipVerify is on; the token endpoint's certificate is not checked, so anyone on the way can read the client secret`,
    ]);
    refused(
      `oauth2: { ${GIVEN.replace('login', 'u:p@login')} }`,
      'oauth2.tokenUrl: expected a URL without user info, found user info before the host',
    );
  });

  it('is refused with scopes and parameters that the request cannot carry', () => {
    refused(
      `oauth2: { ${GIVEN}, scopes: ["a b"] }`,
      'oauth2.scopes[0]: expected a scope without spaces, found "a b"',
    );
    refused(
      `oauth2: { ${GIVEN}, endpointParams: { grant_type: password } }`,
      'oauth2.endpointParams.grant_type: expected a parameter that Sluice leaves free, found "grant_type"',
    );
    refused(
      `oauth2: { ${GIVEN.replace('s,', '"t0psecret\\n",')} }`,
      'oauth2.clientSecret: expected a secret without control characters such as line ends, found another character in it',
    );
  });

  it('keeps what is given', () => {
    const { oauth2 } = config(
      `oauth2: { clientId: c, clientSecretFile: f, tokenUrl: "http://127.0.0.1/t", scopes: [a], endpointParams: { x: y } }`,
    ).remoteWrite[0]!;
    expect(oauth2).toMatchObject({
      clientId: 'c',
      clientSecretFile: '/etc/sluice/f',
      tokenUrl: 'http://127.0.0.1/t',
      scopes: ['a'],
      tlsConfig: { minVersion: 'TLS12', insecureSkipVerify: false },
      proxyFromEnvironment: false,
    });
    expect(oauth2?.endpointParams.x?.reveal()).toBe('y');
  });
});

describe('sigv4', () => {
  it('is refused with half of what belongs together', () => {
    refused(
      'sigv4: { accessKey: a }',
      'sigv4.accessKey: expected secretKey next to accessKey, found only accessKey',
    );
    refused(
      'sigv4: { sessionToken: t }',
      'sigv4.sessionToken: expected accessKey next to sessionToken, found only sessionToken',
    );
    refused(
      'sigv4: { externalId: e }',
      'sigv4.externalId: expected roleArn next to externalId, found only externalId',
    );
    refused(
      'sigv4: { accessKey: a, secretKey: b, profile: p }',
      'sigv4.profile: expected one of accessKey and profile, found both',
    );
  });

  it('is refused with keys that no AWS service has given', () => {
    refused(
      'sigv4: { accessKey: "", secretKey: "t0p secret" }',
      'sigv4.accessKey: expected printable characters without spaces, found an empty value',
      'sigv4.secretKey: expected printable characters without spaces, found another character in it',
    );
    refused(
      'sigv4: { region: "eu central" }',
      'sigv4.region: expected a region such as eu-central-1, found "eu central"',
    );
  });

  it('needs nothing', () => {
    expect(config('sigv4: {}').remoteWrite[0]?.sigv4).toEqual({ service: 'aps' });
  });
});

it('only one way in is taken', () => {
  refused(
    `oauth2: { ${GIVEN} }, sigv4: {}`,
    'sigv4: expected one of authorization, basicAuth, oauth2 and sigv4, found oauth2 too',
  );
});

describe('a proxy', () => {
  const wanted = 'expected a URL such as http://proxy.example.com:3128';

  it('is refused if its URL cannot be one', () => {
    for (const url of [
      'proxy:3128',
      'socks5://proxy:1',
      'http://proxy/path',
      'http://proxy?x',
      'http://',
      'http://a b',
    ])
      refused(`proxyUrl: "${url}"`, `proxyUrl: ${wanted}, found another text`);
    refused('proxyUrl: 5', `proxyUrl: ${wanted}, found a number`);
  });

  it('is refused if its keys do not go together', () => {
    refused(
      'proxyUrl: "http://p:1", proxyFromEnvironment: true',
      'proxyFromEnvironment: expected one of proxyUrl and proxyFromEnvironment, found both',
    );
    refused('noProxy: a', 'noProxy: expected proxyUrl next to noProxy, found only noProxy');
    refused(
      'proxyConnectHeader: { X-A: b }',
      'proxyConnectHeader: expected proxyUrl or proxyFromEnvironment next to it, found neither',
    );
    refused(
      `oauth2: { ${GIVEN}, noProxy: a }`,
      'oauth2.noProxy: expected proxyUrl next to noProxy, found only noProxy',
    );
  });

  it('is refused with headers that CONNECT has by itself', () => {
    refused(
      'proxyUrl: "http://p:1", proxyConnectHeader: { Host: x, "a b": y }',
      'proxyConnectHeader.Host: expected a header that may be added to CONNECT, found "Host"',
      'proxyConnectHeader["a b"]: expected a header that may be added to CONNECT, found "a b"',
    );
  });

  it('keeps what is given', () => {
    const backend = config('proxyUrl: "https://u:p%40@[::1]:8/", noProxy: "a,b"').remoteWrite[0]!;
    expect(backend.proxyUrl?.reveal()).toBe('https://u:p%40@[::1]:8/');
    expect(backend.noProxy).toBe('a,b');
  });
});
