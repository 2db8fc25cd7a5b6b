import { expect, test } from 'vitest';
import { type BareListener, type BareListenerOptions, startListener } from '../../support/bare-listener.ts';
import { JOB_PATH, requestText } from '../../support/intake-road.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

const PLAIN = 'text/plain; charset=utf-8';

async function ask({ address }: BareListener, line: string, body?: string) {
  const connection = await RawConnection.open(address);
  connection.send(requestText(`${line} HTTP/1.1`, [], body));
  return connection.answer({ isHead: line.startsWith('HEAD') });
}

/** What a listener answers to a request line, as status, type and body. */
async function answers(options: BareListenerOptions, line: string, expected: readonly unknown[]) {
  const { status, headers, body } = await ask(await startListener(options), line);
  expect([status, headers.get('content-type'), body], line).toEqual(expected);
  expect(headers.get('x-content-type-options'), line).toBe('nosniff');
}

test('a method other than GET and HEAD is answered 405 with the two', async () => {
  const listener = await startListener();
  for (const path of ['/-/healthy', '/-/ready', '/metrics', '/api/v1/status', '/']) {
    for (const method of ['DELETE', 'PATCH', 'TRACE']) {
      const { status, headers, body } = await ask(listener, `${method} ${path}`);
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(body).toBe(`Cannot ${method} here: expected GET or HEAD\n`);
    }
  }
});

test('OPTIONS is answered with the methods that a path takes, and an unknown path with 404', async () => {
  const options = async (listener: BareListener, path: string, allow: string) => {
    const { status, headers, body } = await ask(listener, `OPTIONS ${path}`);
    expect([status, headers.get('allow'), body], path).toEqual([200, allow, '']);
    expect(headers.get('content-length')).toBe('0');
  };
  const listener = await startListener();
  for (const path of ['/-/healthy', '/pushgateway/-/ready', '/pushgateway/metrics', '/api/v1/status', '/'])
    await options(listener, path, 'GET, HEAD');
  await options(listener, '/pushgateway/metrics/job/a', 'PUT, POST');
  await options(listener, '/pushgateway/metrics/job/a/odd', 'PUT, POST');
  await options(await startListener({ onDelete: 'ignore' }), JOB_PATH, 'PUT, POST, DELETE');
  expect((await ask(listener, 'OPTIONS /nowhere')).status).toBe(404);
  expect(listener.answered).toEqual([]);
});

test('readiness is 503 with the reason while pushes are not taken; health is not touched by it', async () => {
  const operations = { notReady: () => 'Cannot take pushes: Sluice is stopping' };
  await answers({ operations }, 'GET /-/ready', [503, PLAIN, 'Cannot take pushes: Sluice is stopping\n']);
  await answers({ operations }, 'GET /pushgateway/ready', [
    503,
    PLAIN,
    'Cannot take pushes: Sluice is stopping\n',
  ]);
  await answers({ operations }, 'GET /-/healthy', [200, PLAIN, 'OK\n']);
});

test('readiness stays 200 and says what prevents delivery', async () => {
  const operations = { troubles: () => ['Backend a answers 401.', 'Backend b answers 404.'] };
  const text = 'OK\nBackend a answers 401.\nBackend b answers 404.\n';
  await answers({ operations }, 'GET /-/ready', [200, PLAIN, text]);
});

test('metrics that cannot be collected are answered 500', async () => {
  const metrics = { contentType: 'x', text: () => Promise.reject(new Error('broken')) };
  const text = 'Cannot collect metrics: Error: broken\n';
  await answers({ operations: { metrics } }, 'GET /metrics', [500, PLAIN, text]);
});

test('health and readiness answer OK at the root and below the prefix', async () => {
  for (const prefix of ['', '/pushgateway']) {
    for (const path of ['/-/healthy', '/health', '/-/ready', '/ready']) {
      await answers({}, `GET ${prefix}${path}`, [200, PLAIN, 'OK\n']);
    }
  }
});

test('metrics answer at the root and below the prefix', async () => {
  const type = 'text/plain; version=0.0.4; charset=utf-8';
  await answers({}, 'GET /metrics', [200, type, 'up 1\n']);
  await answers({}, 'GET /pushgateway/metrics?a=b', [200, type, 'up 1\n']);
});

test('the status answers at the root and below the prefix', async () => {
  const operations = { statusText: () => '{"status":"success"}\n' };
  for (const path of ['/api/v1/status', '/pushgateway/api/v1/status'])
    await answers({ operations }, `GET ${path}`, [200, 'application/json', '{"status":"success"}\n']);
});

test('metrics that many clients ask for at once are collected once, and again for a later client', async () => {
  const gates: ((text: string) => void)[] = [];
  const text = () => new Promise<string>((resolve) => gates.push(resolve));
  const listener = await startListener({ operations: { metrics: { contentType: PLAIN, text } } });
  const connection = await RawConnection.open(listener.address);
  for (const round of ['first 1\n', 'second 2\n']) {
    connection.send(requestText('GET /metrics HTTP/1.1').repeat(20));
    await waitUntil(() => gates.length > 0, 'metrics to be asked for');
    expect(gates).toHaveLength(1);
    gates.pop()?.(round);
    for (let i = 0; i < 20; i++) expect((await connection.answer()).body).toBe(round);
  }
});

test('HEAD is answered as GET, without the body', async () => {
  const listener = await startListener();
  for (const path of ['/-/healthy', '/-/ready', '/metrics', '/api/v1/status', '/', '/nowhere']) {
    const get = await ask(listener, `GET ${path}`);
    const head = await ask(listener, `HEAD ${path}`);
    expect([head.status, head.body]).toEqual([get.status, '']);
    const own = ['content-length', 'content-type'];
    expect(own.map((name) => head.headers.get(name))).toEqual(own.map((name) => get.headers.get(name)));
  }
});

test('the root page names the path of pushes and each path of the operations, which all answer', async () => {
  const listener = await startListener();
  const { body } = await ask(listener, 'GET /');
  expect(body).toContain('PUT or POST /pushgateway/metrics/job/<job>{/<label>/<value>}\n');
  const paths = [...body.matchAll(/ GET (\/.*)$/gm)].map(([, path = '']) => path);
  expect(paths).toEqual(['/metrics', '/-/healthy', '/-/ready', '/api/v1/status']);
  for (const path of paths) expect((await ask(listener, `GET ${path}`)).status).toBe(200);
});

test('a request with an unexpected body is answered, and its connection stays', async () => {
  const listener = await startListener();
  const connection = await RawConnection.open(listener.address);
  for (const path of ['/-/healthy', '/nowhere', '/metrics']) {
    connection.send(requestText(`GET ${path} HTTP/1.1`, [], 'x'.repeat(100_000)));
    expect((await connection.answer()).status).toBe(path === '/nowhere' ? 404 : 200);
  }
});

test('a request that waits with its body and will not be asked for it loses its connection', async () => {
  const listener = await startListener();
  for (const path of ['/-/healthy', '/metrics', '/nowhere']) {
    const connection = await RawConnection.open(listener.address);
    connection.send(requestText(`GET ${path} HTTP/1.1`, ['Expect: 100-continue', 'Content-Length: 10']));
    const { status, headers } = await connection.answer();
    expect([status, headers.get('connection')]).toEqual([path === '/nowhere' ? 404 : 200, 'close']);
    await connection.closed();
  }
});
