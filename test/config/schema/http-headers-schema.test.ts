import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.ts';
import { backendProblems } from '../problems-of.ts';

function refused(headers: string, path: string, problem: string): void {
  const lines = backendProblems(`headers: { ${headers} }`).map((line) =>
    line.replace(/^\d+:\d+: remoteWrite\[0\]\./, ''),
  );
  expect(lines).toEqual([`headers${path}: ${problem}`]);
}

it('reserved headers are refused by name, whatever their case', () => {
  for (const name of [
    'content-encoding',
    'Content-Type',
    'USER-AGENT',
    'x-prometheus-remote-write-version',
    'X-Prometheus-Remote-Read-Version',
    'host',
    'content-length',
    'connection',
    'keep-alive',
    'transfer-encoding',
    'accept-encoding',
    'proxy-authenticate',
    'proxy-authorization',
    'www-authenticate',
    'x-amz-date',
    'X-Amz-Security-Token',
    'x-amz-content-sha256',
    'Expect',
    'Upgrade',
    'Retry-Attempt',
  ]) {
    refused(
      `${name}: t0psecret`,
      `.${name}`,
      `expected a header that Sluice leaves free, found reserved header "${name}"`,
    );
  }
});

it('an Authorization header is refused in favour of the blocks for credentials', () => {
  for (const name of ['authorization', 'Authorization']) {
    refused(
      `${name}: t0psecret`,
      `.${name}`,
      `expected credentials under authorization or basicAuth, found header "${name}"`,
    );
  }
});

it('headers that HTTP cannot carry are refused without their values', () => {
  const name = 'expected a header name of letters, digits and "-", found';
  refused('"X A": t0psecret', '["X A"]', `${name} "X A"`);
  refused('"": t0psecret', '[""]', `${name} ""`);
  refused('"X\\r\\nY": t0psecret', '["X\\r\\nY"]', `${name} "X\\r\\nY"`);
  const value = 'expected a value of Latin-1 characters without line ends, found another character in it';
  refused('X: "t0psecret\\r\\nY: 1"', '.X', value);
  refused('X: "t0psecret\\n"', '.X', value);
  refused('X: "t0psecret\\0"', '.X', value);
  refused('X: "t0psecret€"', '.X', value);
  refused('X: 5555', '.X', 'expected text (in quotes), found a number');
});

it('a header that is there twice is refused', () => {
  refused(
    'X-Scope: a, x-scope: b',
    '.x-scope',
    'expected each header once, found "x-scope" next to "X-Scope"',
  );
});

it('other headers are kept as they are written', () => {
  const text =
    'remoteWrite: [{ url: "https://h/w", headers: { X-Scope-OrgID: t1, Foo: "Bär\\tbaz", empty: "" } }]';
  expect(parseConfig(text, 'c.yaml', {}).remoteWrite[0]?.headers).toEqual({
    'X-Scope-OrgID': 't1',
    Foo: 'Bär\tbaz',
    empty: '',
  });
});
