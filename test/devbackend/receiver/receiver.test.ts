import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevBackend, startDevBackend } from '../../../src/devbackend/dev-backend.ts';
import { type Asked, ask } from '../ask.ts';
import { encodeWriteRequest, oneSeries } from './encode-write-request.ts';

// The certificate is made for this time and checked against the clock of this machine.
const NOW_MS = Date.now();
const HEADERS = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' };

let backend: DevBackend;
beforeAll(async () => {
  backend = await startDevBackend({ queryPort: 0, nowMs: () => NOW_MS });
});
afterAll(() => backend.stop());

function write(body: Uint8Array, headers: Record<string, string> = HEADERS): Promise<Asked> {
  return ask(backend.writeUrl, { method: 'POST', headers, body, ca: backend.caPem });
}

async function refuses(body: Uint8Array, status: number, line: string, headers = HEADERS): Promise<void> {
  const answer = await write(body, headers);
  expect([answer.status, answer.body]).toEqual([status, `${line}\n`]);
}

async function queried(name: string): Promise<string | undefined> {
  const { body } = await ask(`${backend.queryUrl}/api/v1/query?query=${name}`);
  return JSON.parse(body).data.result[0]?.value[1];
}

const GOOD = encodeWriteRequest([oneSeries('good', {}, 1, NOW_MS)]);

test('a client that does not trust the certificate does not get through', async () => {
  const writing = ask(backend.writeUrl, { method: 'POST', headers: HEADERS, body: GOOD });
  await expect(writing).rejects.toThrow('self-signed certificate');
});

test('plain HTTP does not get through', async () => {
  await expect(ask(backend.writeUrl.replace('https', 'http'))).rejects.toThrow();
});

test('only POST to the one path is served', async () => {
  const elsewhere = await ask(backend.writeUrl.replace('/write', '/read'), { ca: backend.caPem });
  expect([elsewhere.status, elsewhere.body]).toEqual([
    404,
    'Cannot serve "/api/v1/read": expected /api/v1/write\n',
  ]);
  const got = await ask(backend.writeUrl, { ca: backend.caPem });
  expect([got.status, got.headers.allow, got.body]).toEqual([
    405,
    'POST',
    'Cannot serve GET: expected POST\n',
  ]);
});

test('another encoding or type is refused', async () => {
  const read = 'Cannot read write request: expected';
  const type = `${read} content type application/x-protobuf, found`;
  await refuses(GOOD, 415, `${read} content encoding snappy, found "gzip"`, {
    ...HEADERS,
    'content-encoding': 'gzip',
  });
  await refuses(GOOD, 415, `${type} "text/plain"`, { ...HEADERS, 'content-type': 'text/plain' });
  const version3 = 'application/x-protobuf;proto=io.prometheus.write.v3.Request';
  await refuses(GOOD, 415, `${type} "${version3}"`, { ...HEADERS, 'content-type': version3 });
  const { status } = await write(GOOD, { 'content-type': HEADERS['content-type'] });
  expect(status).toBe(415);
});

test('a body over the limit is refused, before and after decompression', async () => {
  const limit = 32 * 1024 * 1024;
  const headers = { ...HEADERS, 'content-length': limit + 1 };
  const declared = await ask(backend.writeUrl, { method: 'POST', headers, ca: backend.caPem });
  expect([declared.status, declared.headers.connection, declared.body]).toEqual([
    413,
    'close',
    `Cannot read write request: expected at most ${limit} bytes, found more\n`,
  ]);
  await refuses(
    compress(Buffer.alloc(limit + 1)),
    413,
    `Cannot decompress snappy block: expected at most ${limit} bytes, found ${limit + 1} declared`,
  );
});

test('a body that does not decode is refused on one line', async () => {
  await refuses(
    Buffer.of(),
    400,
    'Cannot decompress snappy block: expected a whole block, found that the data end too early',
  );
  const { status, body } = await write(compress(Buffer.from('0aff', 'hex')));
  expect([status, body.split('\n').length]).toEqual([400, 2]);
});

test('labels that a backend would refuse are refused', async () => {
  const refusesLabels = (labels: [string, string][], shown: string, fault: string) =>
    refuses(
      encodeWriteRequest([{ labels, samples: [[1, NOW_MS]] }]),
      400,
      `Cannot store series ${shown}: ${fault}`,
    );
  await refusesLabels([['a', 'b']], '{"a"="b"}', 'expected a label "__name__", found none');
  await refusesLabels([], '{}', 'expected a label "__name__", found none');
  await refusesLabels([['', 'x']], '{""="x"}', 'expected label names that are not empty, found an empty one');
  await refusesLabels(
    [['__name__', '']],
    '{"__name__"=""}',
    'expected label values that are not empty, found "__name__" without a value',
  );
  await refusesLabels(
    [
      ['__name__', 'x'],
      ['a', '1'],
      ['a', '1'],
    ],
    '{"__name__"="x","a"="1","a"="1"}',
    'expected each label once, found "a" twice',
  );
  await refusesLabels(
    [
      ['__name__', 'x'],
      ['b', '1'],
      ['a', '\n'],
    ],
    '{"__name__"="x","b"="1","a"="\\n"}',
    'expected label names sorted by bytes, found "b" before "a"',
  );
  await refusesLabels(
    [
      ['__name__', 'x'],
      ['\u{1f600}', '1'],
      ['\uff21', '1'],
    ],
    '{"__name__"="x","\u{1f600}"="1","\uff21"="1"}',
    'expected label names sorted by bytes, found "\u{1f600}" before "\uff21"',
  );
});

test('an out-of-order sample is refused, and nothing of its request is kept', async () => {
  await write(encodeWriteRequest([oneSeries('ordered', {}, 1, NOW_MS)]));
  const late = [oneSeries('other', {}, 1, NOW_MS), oneSeries('ordered', {}, 2, NOW_MS - 1)];
  await refuses(
    encodeWriteRequest(late),
    400,
    `Cannot store series {"__name__"="ordered"}: expected a sample after ${NOW_MS}, found an out-of-order one at ${NOW_MS - 1}`,
  );
  expect(await queried('other')).toBeUndefined();
});

test('a valid request is answered 204 without a body and can be queried at once', async () => {
  const answer = await write(encodeWriteRequest([oneSeries('valid', { a: 'b' }, 42.5, NOW_MS)]));
  expect([answer.status, answer.body]).toEqual([204, '']);
  expect(await queried('valid')).toBe('42.5');
});

test('the type may name the message of version 1.0', async () => {
  const named = { ...HEADERS, 'content-type': 'application/x-protobuf; proto=prometheus.WriteRequest' };
  expect((await write(GOOD, named)).status).toBe(204);
});

test('a body cut by its client stores nothing, and the next request is served', async () => {
  const body = encodeWriteRequest([oneSeries('cut', {}, 1, NOW_MS)]);
  const headers = { ...HEADERS, 'content-length': body.length };
  const sent = request(backend.writeUrl, { method: 'POST', headers, ca: backend.caPem, agent: false });
  await new Promise((resolve) => sent.write(body.subarray(0, -1), resolve));
  const failed = once(sent, 'error').catch(() => undefined);
  sent.destroy(new Error('cut'));
  await failed;
  expect((await write(GOOD)).status).toBe(204);
  expect(await queried('cut')).toBeUndefined();
});

test('stopping ends a connection that never finished its handshake', async () => {
  const other = await startDevBackend({ queryPort: 0, nowMs: () => NOW_MS });
  const socket = connect(Number(new URL(other.writeUrl).port), '127.0.0.1');
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  // The server learns of the connection a moment after the client does.
  await ask(other.queryUrl);
  await other.stop();
  await closed;
  await other.stop();
});
