import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevBackend, startDevBackend } from '../../src/devbackend/dev-backend.ts';
import { ask } from './ask.ts';
import { encodeWriteRequest, oneSeries } from './receiver/encode-write-request.ts';

// The certificate is made for this time and checked against the clock of this machine.
const NOW_MS = Date.now();
const PUSH_URL = 'http://127.0.0.1:3030/pushgateway/metrics/job/demo';
const HOSTILE = `<script>alert("1")</script>'&`;

let backend: DevBackend;
beforeAll(async () => {
  backend = await startDevBackend({ queryPort: 0, nowMs: () => NOW_MS, pushUrl: PUSH_URL });
});
afterAll(() => backend.stop());

async function push(name: string, labels: Record<string, string>): Promise<void> {
  const metadata = [{ name, type: 2, help: HOSTILE }];
  const exemplars = [{ labels: [[HOSTILE, HOSTILE]] as const, value: 1, timestampMs: NOW_MS }];
  const { status } = await ask(backend.writeUrl, {
    method: 'POST',
    headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
    body: encodeWriteRequest([{ ...oneSeries(name, labels, 42, NOW_MS), exemplars }], metadata),
    ca: backend.caPem,
  });
  expect(status).toBe(204);
}

test('a host that is not loopback is refused, so that no other name can be pointed here', async () => {
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '10.0.0.1']) {
    const { status, body } = await ask(backend.queryUrl, { headers: { host } });
    expect([status, body], host).toEqual([
      403,
      `Cannot answer for host ${JSON.stringify(host)}: expected a loopback host such as localhost\n`,
    ]);
  }
  for (const host of ['localhost', 'LOCALHOST:9090', '127.0.0.1:1', '[::1]:9090', '127.1.2.3']) {
    expect((await ask(backend.queryUrl, { headers: { host } })).status, host).toBe(200);
  }
});

test('a page of another site cannot ask queries, but may link here', async () => {
  const url = `${backend.queryUrl}/api/v1/query?query=up`;
  const crossSite = { 'sec-fetch-site': 'cross-site' };
  expect((await ask(url, { headers: { ...crossSite, 'sec-fetch-mode': 'no-cors' } })).status).toBe(403);
  expect((await ask(url, { headers: { ...crossSite, 'sec-fetch-mode': 'navigate' } })).status).toBe(200);
});

test('other methods and paths are refused', async () => {
  const deleted = await ask(backend.queryUrl, { method: 'DELETE' });
  expect([deleted.status, deleted.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  const { status, body } = await ask(`${backend.queryUrl}/nothing`);
  expect([status, body]).toEqual([404, 'Cannot serve "/nothing": expected / or /api/v1/query\n']);
});

test('a form over the limit is refused', async () => {
  const { status, body } = await ask(`${backend.queryUrl}/api/v1/query`, {
    method: 'POST',
    body: 'x'.repeat(1024 * 1024 + 1),
  });
  expect([status, body]).toEqual([413, 'Cannot read form: expected at most 1048576 bytes, found more\n']);
});

test('the page says how to push while nothing has arrived', async () => {
  const { body } = await ask(backend.queryUrl);
  expect(body).toContain(`curl --data-binary @- ${PUSH_URL}</pre>`);
  expect(body).toContain('<div class="panel" id="table" hidden>');
});

test('a query can be asked with GET and with POST', async () => {
  await push('asked', {});
  const expected = {
    status: 'success',
    data: {
      resultType: 'vector',
      result: [{ metric: { __name__: 'asked' }, value: [NOW_MS / 1000, '42'] }],
    },
  };
  const url = `${backend.queryUrl}/api/v1/query`;
  const got = await ask(`${url}?query=asked`);
  expect([got.headers['content-type'], JSON.parse(got.body)]).toEqual(['application/json', expected]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const posted = await ask(url, { method: 'POST', headers, body: 'query=asked' });
  expect(JSON.parse(posted.body)).toEqual(expected);
  expect((await ask(`${url}?query=1`)).status).toBe(400);
});

test('health is answered', async () => {
  expect((await ask(`${backend.queryUrl}/-/healthy`)).status).toBe(200);
  expect((await ask(`${backend.queryUrl}/-/ready`)).status).toBe(200);
});

test('markup in names, values, help, exemplars and the filter stays text', async () => {
  await push(`name${HOSTILE}`, { [`label${HOSTILE}`]: `value${HOSTILE}` });
  const { body } = await ask(`${backend.queryUrl}/?filter=${encodeURIComponent('value<script>')}`);
  const [, table = ''] = body.split('<tbody');
  expect(table.split('</tbody>')[0]).not.toMatch(/<script|alert\("/);
  expect(table).toContain(
    '<span class="name">name&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;</span>',
  );
  expect(body).toContain('value="value&#60;script&#62;"');
  expect(body.match(/<script>/g)?.length).toBe(1);
});

test('the page runs its own script and style only', async () => {
  const { headers } = await ask(backend.queryUrl);
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; connect-src 'self'; /,
  );
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect((await ask(`${backend.queryUrl}/latest.json`)).headers['x-content-type-options']).toBe('nosniff');
});

test('the query server takes another port if the one asked for is taken', async () => {
  const taken = Number(new URL(backend.queryUrl).port);
  const other = await startDevBackend({ queryPort: taken, nowMs: () => NOW_MS });
  expect(other.queryUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(other.queryUrl).not.toBe(backend.queryUrl);
  await other.stop();
  await expect(ask(other.queryUrl)).rejects.toThrow('ECONNREFUSED');
});
