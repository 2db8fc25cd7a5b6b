// Credentials never show: not in what is printed of a configuration, not in what is said about a wrong one.
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { configFromObject } from '../../src/config/config-from-object.ts';
import { configForPrinting } from '../../src/config/redact.ts';
import { backendProblems, problemsOf } from './problems-of.ts';

const SECRET = 't0psecret';
const ENV = { S: SECRET, LINES: `${SECRET}\nx` };

function hides(lines: string[]): void {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('\n')).not.toContain(SECRET);
}

it('no message shows what stands in a secret key, whatever is wrong with it', () => {
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
  hides(backendProblems(`oauth2: { clientSecret: "\${S}" }`, ENV));
});

it('no message shows a URL, which may hold a token', () => {
  for (const url of [
    `https://u:\${S}@h/w`,
    `https://h/w?t=\${S}#`,
    `http://h/w?t=\${S}`,
    `h/w?t=\${S}`,
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
    ],
  });
});

it('a credential does not show in the configuration itself either', () => {
  for (const { authorization, basicAuth } of CONFIG.remoteWrite) {
    for (const text of [
      inspect({ authorization, basicAuth }, { depth: 9, showHidden: true }),
      JSON.stringify({ authorization, basicAuth }),
    ]) {
      expect(text).not.toContain(SECRET);
    }
    expect(`${authorization?.credentials ?? basicAuth?.password}`).toBe('<redacted>');
  }
});
