// Every status of the push contract that concerns text and gzip, and what comes with it.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type IntakeRoad, JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';
import type { RawAnswer } from '../../support/raw-connection.ts';

async function ask(road: IntakeRoad, request: string | Uint8Array): Promise<RawAnswer> {
  const connection = await road.connect();
  connection.send(request);
  const answer = await connection.answer();
  connection.cut();
  return answer;
}

/** An error is one line of text. */
function expectError(answer: RawAnswer, status: number, text: string): void {
  expect([answer.status, answer.body]).toEqual([status, `${text}\n`]);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
}

function gzipPush(body: Uint8Array, encoding = 'gzip'): Buffer {
  const head = `POST ${JOB_PATH} HTTP/1.1\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}`;
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
}

test('a malformed body is answered 400 with its line, and nothing of it is forwarded', async () => {
  const road = await startIntake();
  const answer = await ask(road, pushText('good 1\nbad\ngood_too 2\n'));
  expectError(
    answer,
    400,
    'Cannot parse exposition line 2: expected a number as value, found the end of the line',
  );
  const broken = gzipSync('good 1\n').subarray(0, -1);
  const end = 'Cannot decode gzip body: expected a whole gzip stream, found that the data end too early';
  expectError(await ask(road, gzipPush(broken)), 400, end);
  expectError(await ask(road, gzipPush(Buffer.alloc(0))), 400, end);
  expect(await road.counted(400, 'malformed')).toBe(3);
  expect(await road.forwardedNames()).toEqual([]);
});

test('a malformed path is answered 400', async () => {
  const road = await startIntake();
  const answer = await ask(road, requestText('PUT /pushgateway/metrics/job/a/b HTTP/1.1', [], 'm 1\n'));
  expectError(answer, 400, 'Cannot read path: expected a value for label "b", found the end of the path');
  expect(await road.counted(400, 'malformed')).toBe(1);
});

test('an unknown path is answered 404 with a hint, and a push there is counted and logged', async () => {
  const road = await startIntake();
  const detail =
    'Cannot find "/pushgateway/job/a": "metrics" is missing; pushes go to /pushgateway/metrics/job/a';
  expectError(await ask(road, requestText('POST /pushgateway/job/a HTTP/1.1', [], 'm 1\n')), 404, detail);
  expectError(await ask(road, requestText('GET /pushgateway/job/a HTTP/1.1')), 404, detail);
  expect(await road.counted(404, 'not_found')).toBe(1);
  const refused = { level: 'warn', event: 'pushRefused', status: 404, reason: 'not_found', detail };
  expect(road.collector.log.entries()).toContainEqual(refused);
});

test('switched off, a push is answered 404', async () => {
  const road = await startIntake({ push: { enabled: false } });
  const why = `Cannot find "${JOB_PATH}": pushes are switched off (push.pushgateway.enabled)`;
  expectError(await ask(road, pushText('m 1\n')), 404, why);
  expectError(await ask(road, requestText(`DELETE ${JOB_PATH} HTTP/1.1`)), 404, why);
  expect((await road.collector.get('/-/healthy')).status).toBe(200);
  expect((await road.collector.get('/pushgateway/-/ready')).status).toBe(200);
  expect((await road.collector.get('/metrics')).status).toBe(200);
});

test('a method other than PUT and POST on a push path is answered 405 with the two and why', async () => {
  const road = await startIntake();
  const refuses = async (method: string, why: string) => {
    const answer = await ask(road, requestText(`${method} ${JOB_PATH} HTTP/1.1`));
    const text = `Cannot ${method} a group: expected PUT or POST; Sluice forwards each push and keeps nothing, so ${why}`;
    expectError(answer, 405, text);
    expect(answer.headers.get('allow')).toBe('PUT, POST');
  };
  await refuses('DELETE', 'there is nothing to delete (push.pushgateway.onDelete: ignore answers 202)');
  for (const method of ['GET', 'PATCH', 'TRACE', 'PROPFIND']) {
    await refuses(method, 'there is nothing to read');
  }
  expect(await road.counted(405, 'method_not_allowed')).toBe(5);
});

test('HEAD on a push path is answered 405 without a body, and the connection stays', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  connection.send(requestText(`HEAD ${JOB_PATH} HTTP/1.1`));
  const answer = await connection.answer({ isHead: true });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'PUT, POST']);
  connection.send(pushText('m 1\n'));
  expect((await connection.answer()).status).toBe(202);
});

test('a push to a path that is only read gets 405 with the path of pushes', async () => {
  const road = await startIntake();
  const where = 'pushes go to /pushgateway/metrics/job/<job>{/<label>/<value>}';
  for (const path of ['/pushgateway/metrics', '/metrics', '/', '/-/healthy']) {
    const answer = await ask(road, requestText(`PUT ${path} HTTP/1.1`, [], 'm 1\n'));
    expectError(answer, 405, `Cannot PUT here: expected GET or HEAD; ${where}`);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  }
  expect(await road.counted(405, 'method_not_allowed')).toBe(4);
});

test('an encoding that is not taken is answered 415 with the one that is', async () => {
  const road = await startIntake();
  const refuses = async (encoding: string, hint: string) => {
    const answer = await ask(road, gzipPush(gzipSync('m 1\n'), encoding));
    expectError(answer, 415, `Cannot take push: expected content encoding gzip, found "${encoding}"${hint}`);
    expect(answer.headers.get('accept-encoding')).toBe('gzip');
  };
  const notListed = ', which push.pushgateway.contentEncodings does not list';
  for (const encoding of ['snappy', 'zstd']) await refuses(encoding, notListed);
  for (const encoding of ['br', 'deflate', 'gzip, gzip', 'gzip2']) await refuses(encoding, '');
  expect(await road.counted(415, 'unsupported')).toBe(6);
  expect(await road.forwardedNames()).toEqual([]);
});

test('gzip is taken even if the list of content encodings does not name it', async () => {
  const road = await startIntake({ push: { contentEncodings: [] } });
  expect((await ask(road, gzipPush(gzipSync('m 1\n')))).status).toBe(202);
  expect(await road.forwardedNames()).toEqual(['m']);
});

test('a full queue is answered 503 with Retry-After', async () => {
  const queueConfig = { maxQueueSize: '1MiB', maxRequestBytes: '512KiB' };
  const road = await startIntake({ script: [{ status: 503 }], backend: { queueConfig } });
  const body = Array.from({ length: 2000 }, (_, i) => `m{i="${i}",padding="${'x'.repeat(100)}"} 1\n`).join(
    '',
  );
  let answer = await ask(road, pushText(body));
  for (let sent = 1; sent < 100 && answer.status === 202; sent++) answer = await ask(road, pushText(body));
  expectError(
    answer,
    503,
    'Cannot take push: the queue of a backend is full, because the backend does not keep up or is away',
  );
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await road.counted(503, 'overloaded')).toBe(1);
});

test('while Sluice stops a push is answered 503 with Retry-After, readiness too, and the connection ends', async () => {
  const gate = Promise.withResolvers<void>();
  const road = await startIntake({ script: [{ until: gate.promise }], config: { shutdownTimeout: '1m' } });
  const [connection, probe] = [await road.connect(), await road.connect()];
  connection.send(pushText('a 1\n'));
  expect((await connection.answer()).status).toBe(202);
  const stopped = road.collector.stop();
  connection.send(pushText('b 1\n'));
  probe.send(requestText('GET /-/ready HTTP/1.1'));
  const answer = await connection.answer();
  expectError(answer, 503, 'Cannot take push: Sluice is stopping');
  expect([answer.headers.get('retry-after'), answer.headers.get('connection')]).toEqual(['5', 'close']);
  expectError(await probe.answer(), 503, 'Cannot take pushes: Sluice is stopping');
  await Promise.all([connection.closed(), probe.closed()]);
  gate.resolve();
  expect((await stopped).lostSamples).toBe(0);
});

test('PUT and POST, plain and gzip, are answered 202 with an empty body and forwarded alike', async () => {
  const road = await startIntake();
  const accepts = async (request: string | Uint8Array) => {
    const { status, headers, body } = await ask(road, request);
    expect([status, headers.get('content-length'), body]).toEqual([202, '0', '']);
    expect([headers.has('content-type'), headers.has('transfer-encoding')]).toEqual([false, false]);
  };
  await accepts(requestText(`PUT ${JOB_PATH} HTTP/1.1`, [], 'a 1\n'));
  await accepts(requestText(`POST ${JOB_PATH} HTTP/1.1`, [], 'b 1\n'));
  await accepts(gzipPush(gzipSync('c 1\n')));
  await accepts(gzipPush(gzipSync('d 1\n'), 'GZIP'));
  await accepts(gzipPush(Buffer.concat([gzipSync('e 1\n'), gzipSync('f 1\n')])));
  await accepts(gzipPush(Buffer.from('g 1\n'), 'identity'));
  await accepts(gzipPush(Buffer.from('h 1\n'), ''));
  expect(await road.counted(202, 'accepted')).toBe(7);
  expect(await road.forwardedNames()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
});

test('an empty push and one of comments are accepted', async () => {
  const road = await startIntake();
  for (const body of ['', '\n', '# HELP a b\n', '# TYPE a gauge\n\n# c\n']) {
    expect((await ask(road, pushText(body))).status).toBe(202);
  }
  expect((await ask(road, gzipPush(gzipSync('')))).status).toBe(202);
  expect((await ask(road, requestText(`POST ${JOB_PATH} HTTP/1.1`))).status).toBe(202);
});

test('without a content type or with one that means nothing here, a body is read as text', async () => {
  const road = await startIntake();
  const types = [
    'text/plain; version=0.0.4; charset=utf-8',
    'application/x-www-form-urlencoded',
    'application/json',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'no type at all',
    '',
  ];
  expect((await ask(road, pushText('none 1\n', []))).status).toBe(202);
  for (const [i, type] of types.entries()) {
    expect((await ask(road, pushText(`m${i} 1\n`, [`Content-Type: ${type}`]))).status, type).toBe(202);
  }
  expect(await road.forwardedNames()).toEqual(['none', ...types.map((_, i) => `m${i}`)]);
});
