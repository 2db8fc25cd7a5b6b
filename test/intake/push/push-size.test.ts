// Bodies over their limit: refused as early as it can be known, in a way that the client can read.
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';

const LIMIT = 64 * 1024;
const LIMITS = { push: { maxBodySize: `${LIMIT}B`, maxDecodedSize: `${LIMIT}B` } };
const TOO_LARGE = `Cannot take push: expected at most ${LIMIT} bytes, found`;

test('a body that is declared over the limit is refused before it is sent', async () => {
  const road = await startIntake(LIMITS);
  const connection = await road.connect();
  connection.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, [`Content-Length: ${LIMIT + 1}`]));
  const { status, headers, body } = await connection.answer();
  expect([status, body]).toEqual([413, `${TOO_LARGE} ${LIMIT + 1} bytes declared\n`]);
  expect(headers.get('connection')).toBe('close');
  expect(await road.counted(413, 'too_large')).toBe(1);
});

test('a length beyond all numbers is refused', async () => {
  const road = await startIntake(LIMITS);
  for (const length of ['99999999999999', '9'.repeat(19), '9'.repeat(100)]) {
    const connection = await road.connect();
    connection.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, [`Content-Length: ${length}`]));
    expect([400, 413]).toContain((await connection.answer()).status);
  }
});

test('a body without a length is refused once it passes the limit', async () => {
  const road = await startIntake(LIMITS);
  const connection = await road.connect();
  connection.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']));
  const chunk = `4000\r\n${'#'.repeat(0x3fff)}\n\r\n`;
  for (let sent = 0; sent <= LIMIT; sent += 0x4000) connection.send(chunk);
  const { status, headers, body } = await connection.answer();
  expect([status, body]).toEqual([413, `${TOO_LARGE} more\n`]);
  expect(headers.get('connection')).toBe('close');
  connection.send('0\r\n\r\n');
  await connection.closed();
  expect(await road.forwardedNames()).toEqual([]);
});

test('a decoded body over the limit is refused', async () => {
  const road = await startIntake(LIMITS);
  const connection = await road.connect();
  const body = gzipSync('#\n'.repeat(LIMIT / 2 + 1));
  const headers = ['Content-Encoding: gzip', `Content-Length: ${body.length}`];
  connection.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, headers));
  connection.send(body);
  const answer = await connection.answer();
  const text = `Cannot decode gzip body: expected at most ${LIMIT} bytes decoded, found more\n`;
  expect([answer.status, answer.body]).toEqual([413, text]);
});

test('a body of exactly the limit is taken', async () => {
  const road = await startIntake(LIMITS);
  const connection = await road.connect();
  connection.send(pushText('#\n'.repeat(LIMIT / 2)));
  expect((await connection.answer()).status).toBe(202);
});

const MEGABYTES = 20;

/** Sends megabytes in the simplest way there is: first all of the body, and only then a look at the answer. */
async function sendAllThenRead(address: string, head: string, tail = ''): Promise<string> {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1').pause();
  socket.write(head);
  const piece = Buffer.alloc(1 << 20, 35);
  for (let i = 0; i < MEGABYTES; i++) await new Promise((resolve) => socket.write(piece, resolve));
  socket.write(tail);
  let text = '';
  socket.on('data', (data: string) => {
    text += data;
  });
  socket.resume();
  await once(socket, 'close');
  return text;
}

test('a client that continues to send the whole body without reading gets the answer', async () => {
  const road = await startIntake(LIMITS);
  const length = MEGABYTES << 20;
  const declared = requestText(`POST ${JOB_PATH} HTTP/1.1`, [`Content-Length: ${length}`]);
  expect(await sendAllThenRead(road.address, declared)).toMatch(/^HTTP\/1.1 413 .* bytes declared\n$/s);
  const chunked = requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']);
  const answer = await sendAllThenRead(road.address, `${chunked}${length.toString(16)}\r\n`, '\r\n0\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 413 .* found more\n$/s);
});

test('a client that never stops sending is cut off', async () => {
  const road = await startIntake(LIMITS);
  const { port } = new URL(`http://${road.address}`);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.write(requestText(`POST ${JOB_PATH} HTTP/1.1`, [`Content-Length: ${1e12}`]));
  const piece = Buffer.alloc(1 << 20, 35);
  let sent = 0;
  while (!socket.destroyed && sent < 1000) {
    sent++;
    await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  }
  expect(sent).toBeLessThan(1000);
});
