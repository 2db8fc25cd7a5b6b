// Credentials never show: not in what is printed of a configuration, not in what is said about a wrong one.

import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { configFromObject } from '../../src/config/check-config.ts';
import { configForPrinting } from '../../src/config/config-for-printing.ts';
import { backendProblems, problemsOf } from './problems-of.ts';

const SECRET = 't0psecret';
const ENV = { S: SECRET, LINES: `${SECRET}\nx` };

function hides(lines: string[]): void {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('\n')).not.toContain(SECRET);
}

it('no message shows the value of a secret key, whatever is wrong with it', () => {
  for (const value of [`"\${LINES}"`, `["\${S}"]`, `{ a: "\${S}" }`, `{ "${SECRET.slice(1)}": 1 }`]) {
    hides(backendProblems(`authorization: { credentials: ${value} }`, ENV));
    hides(backendProblems(`basicAuth: { username: u, password: ${value} }`, ENV));
    hides(backendProblems(`headers: { X-Key: ${value} }`, ENV));
  }
  for (const key of ['authorization', 'basicAuth', 'headers', 'tlsConfig', 'queueConfig']) {
    hides(backendProblems(`${key}: "\${S}"`, ENV));
    hides(backendProblems(`${key}: ["\${S}"]`, ENV));
  }
  hides(backendProblems(`authorization: { type: "Bearer \${S}", credentials: x }`, ENV));
  hides(backendProblems(`basicAuth: { username: "u:\${S}", password: x }`, ENV));
  hides(backendProblems(`headers: { Authorization: "\${S}", Host: "\${S}" }`, ENV));
  hides(backendProblems(`proxyUrl: "http://u:\${S}@h/path"`, ENV));
  hides(backendProblems(`oauth2: { clientSecret: "\${S}" }`, ENV));
  for (const value of [`"\${LINES}"`, `["\${S}"]`, `{ a: "\${S}" }`]) {
    for (const key of ['clientSecret', 'endpointParams', 'proxyUrl', 'tokenUrl'])
      hides(backendProblems(`oauth2: { ${key}: ${value} }`, ENV));
    for (const key of ['accessKey', 'secretKey', 'sessionToken', 'externalId'])
      hides(backendProblems(`sigv4: { ${key}: ${value} }`, ENV));
    hides(backendProblems(`proxyUrl: ${value}`, ENV));
    hides(
      backendProblems(
        `proxyUrl: "http://h", proxyConnectHeader: { X-Key: ${value === `{ a: "\${S}" }` ? '[]' : value} }`,
        ENV,
      ),
    );
  }
});

it('no message shows a URL, which may hold a token', () => {
  for (const url of [
    `https://u:\${S}@h/w`,
    `https://h/w?t=\${S}#`,
    `http://h/w?t=\${S}`,
    `h/w?t=\${S}`,
    `\${S}https://h/w`,
    `https://h /\${S}`,
  ]) {
    hides(problemsOf(`remoteWrite: [{ url: "${url}" }]`, ENV));
  }
});

it('no YAML error quotes the text around it', () => {
  for (const password of [
    `"a" ${SECRET}`,
    `*${SECRET}`,
    `@${SECRET}`,
    `%${SECRET}`,
    `!${SECRET} x`,
    `"\\q${SECRET}"`,
    `| ${SECRET}`,
    `a: ${SECRET}`,
    `"${SECRET}`,
  ]) {
    hides(problemsOf(`remoteWrite:\n  - url: https://h/w\n    basicAuth:\n      password: ${password}`));
  }
  for (const password of [
    `"\${${SECRET}!}"`,
    `"\${A:\${${SECRET}}}"`,
    `"\${${SECRET}"`,
    `"\${A:-${SECRET}}"`,
  ]) {
    hides(backendProblems(`basicAuth: { username: u, password: ${password} }`));
  }
});

const CONFIG = configFromObject({
  remoteWrite: [
    {
      name: 'token',
      url: `https://h/w?token=${SECRET}`,
      authorization: { credentials: SECRET },
      headers: { 'X-Key': SECRET },
    },
    { name: 'basic', url: 'https://h/w', basicAuth: { username: 'u', password: SECRET } },
    {
      name: 'oauth2',
      url: 'https://h/w',
      oauth2: {
        clientId: SECRET,
        clientSecret: SECRET,
        tokenUrl: `https://h/t?key=${SECRET}`,
        endpointParams: { assertion: SECRET },
        proxyUrl: `http://u:${SECRET}@proxy.test:1`,
      },
      proxyUrl: `http://u:${SECRET}@proxy.test:1`,
      proxyConnectHeader: { 'X-Key': SECRET },
    },
    {
      name: 'sigv4',
      url: 'https://h/w',
      sigv4: {
        accessKey: SECRET,
        secretKey: SECRET,
        sessionToken: SECRET,
        roleArn: 'arn',
        externalId: SECRET,
      },
    },
  ],
});

it('configForPrinting shows neither credentials nor user names, header values or query strings', () => {
  const printed = configForPrinting(CONFIG);
  expect(inspect(printed, { depth: 9 })).not.toContain(SECRET);
  expect(JSON.stringify(printed)).not.toContain(SECRET);
  expect(printed).toMatchObject({
    shutdownTimeout: 10_000,
    remoteWrite: [
      {
        url: 'https://h/w?<redacted>',
        authorization: { type: 'Bearer', credentials: '<redacted>' },
        headers: { 'X-Key': '<redacted>' },
      },
      { url: 'https://h/w', basicAuth: { username: '<redacted>', password: '<redacted>' } },
      { proxyUrl: 'http://<redacted>@proxy.test:1', oauth2: { tokenUrl: 'https://h/t?<redacted>' } },
      { sigv4: { accessKey: '<redacted>', service: 'aps', roleArn: 'arn' } },
    ],
  });
});

it('a credential does not show in the configuration itself either', () => {
  for (const {
    authorization,
    basicAuth,
    oauth2,
    sigv4,
    proxyUrl,
    proxyConnectHeader,
  } of CONFIG.remoteWrite) {
    const { clientId: _, tokenUrl: __, ...ofClient } = oauth2 ?? {};
    const parts = { authorization, basicAuth, ofClient, sigv4, proxyUrl, proxyConnectHeader };
    for (const text of [inspect(parts, { depth: 9, showHidden: true }), JSON.stringify(parts)])
      expect(text).not.toContain(SECRET);
  }
  expect(`${CONFIG.remoteWrite[0]?.authorization?.credentials}`).toBe('<redacted>');
});
