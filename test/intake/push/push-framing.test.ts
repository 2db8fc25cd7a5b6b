// Pushes as the many clients put them on the wire.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';
import type { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

const BODY = 'a{b="c"} 1\nd 2\n';

/** The body as one chunk for each of `pieces`. */
function chunked(pieces: readonly string[]): string {
  const chunks = [...pieces, ''].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  return `${requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked'])}${chunks.join('')}`;
}

async function expectStatus(connection: RawConnection, status: number): Promise<void> {
  expect((await connection.answer()).status).toBe(status);
}

test('a body that a closed connection cuts short is not forwarded, but counted and logged', async () => {
  const road = await startIntake();
  const cut = async (request: string, end: number, close: 'cut' | 'endSending') => {
    const connection = await road.connect();
    await connection.sendAndWait(request.slice(0, end));
    connection[close]();
    await connection.closed();
  };
  const text = pushText('a 1\nb 2\n');
  const inChunks = chunked(['a 1\n', 'b 2\n']);
  // The first line is whole each time, and would be sound alone.
  await cut(text, text.length - 4, 'cut');
  await cut(text, text.length - 4, 'endSending');
  await cut(inChunks, inChunks.length - 5, 'cut');
  await cut(inChunks, inChunks.length - 2, 'endSending');
  await cut(inChunks, inChunks.indexOf('b 2'), 'endSending');
  await cut(text, text.indexOf('a 1'), 'cut');
  const cutOffs = () =>
    road.collector.log.entries().filter((entry) => 'reason' in entry && entry.reason === 'cut_off');
  await waitUntil(() => cutOffs().length === 6, 'six pushes to be logged as cut off');
  expect(cutOffs()[0]).toMatchObject({ event: 'pushRefused', job: 'test', status: 408 });
  expect(await road.counted(408, 'cut_off')).toBe(6);
  expect(await road.forwardedNames()).toEqual([]);
});

test('a request with two lengths is refused and forwards nothing', async () => {
  const road = await startIntake();
  const refuses = async (...headers: string[]) => {
    const connection = await road.connect();
    connection.send(`${requestText(`POST ${JOB_PATH} HTTP/1.1`, headers)}4\r\na 1\n\r\n0\r\n\r\n`);
    await expectStatus(connection, 400);
    await connection.closed();
  };
  await refuses('Transfer-Encoding: chunked', 'Content-Length: 4');
  await refuses('Content-Length: 4', 'Content-Length: 5');
  await refuses('Content-Length: -4');
  await refuses('Content-Length: 4x');
  await refuses('Transfer-Encoding: chunked, identity');
  expect(await road.forwardedNames()).toEqual([]);
});

test('an answer that was begun before the rest of its request could not be read is given all the same', async () => {
  const road = await startIntake();
  const answers = async (line: string, status: number, rest: string) => {
    const connection = await road.connect();
    connection.send(`${requestText(line, ['Transfer-Encoding: chunked'])}${rest}`);
    await expectStatus(connection, status);
    await connection.closed();
  };
  await answers('POST /nowhere HTTP/1.1', 404, 'no chunk\r\n');
  await answers(`POST ${JOB_PATH}/odd HTTP/1.1`, 400, 'no chunk\r\n');
  await answers(`PATCH ${JOB_PATH} HTTP/1.1`, 405, '4\r\nm 1\n\r\nno chunk\r\n');
});

test('what is no HTTP request is answered with one line', async () => {
  const road = await startIntake();
  const refuses = async (bytes: string, status: number, text: string) => {
    const connection = await road.connect();
    connection.send(Buffer.from(bytes));
    const { headers, ...answer } = await connection.answer();
    expect(answer).toEqual({ status, body: `Cannot read request: ${text}\n` });
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect([headers.get('x-content-type-options'), headers.get('connection')]).toEqual(['nosniff', 'close']);
    await connection.closed();
  };
  const wanted = 'expected HTTP/1.1 (RFC 9112), found a Parse Error:';
  await refuses('m 1\nn 2\n', 400, `${wanted} Invalid method encountered`);
  await refuses(
    requestText('POST /pushgateway/metrics/job/ü HTTP/1.1'),
    400,
    `${wanted} Invalid char in url path`,
  );
  const overflow = 'expected its target and headers within 16 KiB, found more';
  await refuses(requestText(`POST ${JOB_PATH}/a/${'x'.repeat(20_000)} HTTP/1.1`), 431, overflow);
});

test('a refused expectation is answered before the body, and the connection ends', async () => {
  const road = await startIntake({ push: { maxBodySize: '1KiB' } });
  const refuses = async (line: string, status: number, headers: readonly string[] = []) => {
    const connection = await road.connect();
    connection.send(requestText(line, ['Expect: 100-continue', 'Content-Length: 2000', ...headers]));
    await expectStatus(connection, status);
    await connection.closed();
  };
  await refuses(`POST ${JOB_PATH} HTTP/1.1`, 413);
  await refuses(`PUT ${JOB_PATH}/odd HTTP/1.1`, 400);
  await refuses('PUT /nowhere HTTP/1.1', 404);
  await refuses('PATCH /nowhere HTTP/1.1', 404);
  await refuses(`PATCH ${JOB_PATH} HTTP/1.1`, 405);
  await refuses('PUT /metrics HTTP/1.1', 405);
  await refuses(`POST ${JOB_PATH} HTTP/1.1`, 413, ['Content-Encoding: gzip']);
});

test('an expectation is met if the push may be sent', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const headers = ['Expect: 100-continue', `Content-Length: ${BODY.length}`];
  connection.send(requestText(`PUT ${JOB_PATH} HTTP/1.1`, headers));
  await expectStatus(connection, 100);
  connection.send(BODY);
  await expectStatus(connection, 202);
  expect(await road.forwardedNames()).toEqual(['a', 'd']);
});

test('an expectation of something else is passed over', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  connection.send(pushText('a 1\n', ['Expect: more']));
  await expectStatus(connection, 202);
  connection.send(requestText('GET /nowhere HTTP/1.1', ['Expect: more']));
  await expectStatus(connection, 404);
  expect(await road.forwardedNames()).toEqual(['a']);
});

test('HTTP/1.0 is served, with and without Host, and its connection ends', async () => {
  const road = await startIntake();
  const serves = async (name: string, headers: readonly string[]) => {
    const connection = await road.connect();
    connection.send(requestText(`POST ${JOB_PATH} HTTP/1.0`, headers, `${name} 1\n`));
    await expectStatus(connection, 202);
    await connection.closed();
  };
  await serves('without_host', []);
  await serves('with_host', ['Host: x']);
  expect(await road.forwardedNames()).toEqual(['without_host', 'with_host']);
});

test('HTTP/1.1 without Host, and the absolute form, are served', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  connection.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, [], 'a 1\n'));
  await expectStatus(connection, 202);
  connection.send(requestText(`POST http://any.host${JOB_PATH}/b/c?d HTTP/1.1`, ['Host: any.host'], 'd 1\n'));
  await expectStatus(connection, 202);
  expect(await road.forwardedNames()).toEqual(['a', 'd']);
});

test('a request cut into packets at any byte is the same request', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const names: string[] = [];
  for (const make of [(body: string) => pushText(body), (body: string) => chunked(body.split(/(?<= )/))]) {
    for (let at = 1; at < make('n00{a="b"} 1\n').length; at++) {
      const name = `n${names.length}`;
      names.push(name);
      const request = make(`${name.padEnd(5, '_')}{a="b"} 1\n`);
      await connection.sendAndWait(request.slice(0, at));
      await connection.sendAndWait(request.slice(at));
      await expectStatus(connection, 202);
    }
  }
  expect(await road.forwardedNames()).toEqual(names.map((name) => name.padEnd(5, '_')));
});

test('a chunked body of single bytes is the same body', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const lines = Array.from({ length: 40 }, (_, i) => `m${i}{a="b"} 1\n`).join('');
  connection.send(chunked([...lines]));
  await expectStatus(connection, 202);
  expect(await road.forwardedNames()).toEqual(Array.from({ length: 40 }, (_, i) => `m${i}`));
});

test('chunk extensions and trailers are read over', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const head = requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked', 'Trailer: X-Sum']);
  connection.send(`${head}4;a=b\r\na 1\n\r\n0\r\nX-Sum: 1\r\n\r\n`);
  await expectStatus(connection, 202);
  connection.send(pushText('b 1\n'));
  await expectStatus(connection, 202);
  expect(await road.forwardedNames()).toEqual(['a', 'b']);
});

test('a push that offers an upgrade is served as it is', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const headers = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  connection.send(pushText('a 1\n', headers));
  await expectStatus(connection, 202);
  connection.send(pushText('b 1\n', ['Connection: Upgrade', 'Upgrade: websocket']));
  await expectStatus(connection, 202);
  expect(await road.forwardedNames()).toEqual(['a', 'b']);
});

test('a connection is used again after any answer to a body of ordinary size', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const answers = async (request: string, status: number) => {
    connection.send(request);
    await expectStatus(connection, status);
  };
  await answers(pushText('a 1\n'), 202);
  await answers(pushText('broken\n'), 400);
  await answers(requestText(`POST ${JOB_PATH}/odd HTTP/1.1`, [], BODY), 400);
  await answers(requestText('POST /nowhere HTTP/1.1', [], BODY), 404);
  await answers(requestText('GET /nowhere HTTP/1.1'), 404);
  await answers(requestText(`DELETE ${JOB_PATH} HTTP/1.1`), 405);
  await answers(requestText(`PATCH ${JOB_PATH} HTTP/1.1`, [], BODY), 405);
  await answers(requestText('POST /metrics HTTP/1.1', [], BODY), 405);
  await answers(pushText('m 1\n', ['Content-Encoding: br']), 415);
  await answers(pushText('b 1\n'), 202);
  expect(await road.forwardedNames()).toEqual(['a', 'b']);
});

test('requests sent without waiting are answered in order, even if one takes longer', async () => {
  const road = await startIntake();
  const connection = await road.connect();
  const large = gzipSync('# a comment to be decoded outside the loop\n'.repeat(40_000));
  const head = requestText(`POST ${JOB_PATH} HTTP/1.1`, [
    `Content-Length: ${large.length}`,
    'Content-Encoding: gzip',
  ]);
  connection.send(
    Buffer.concat([
      Buffer.from(pushText('a 1\n') + head),
      large,
      Buffer.from(
        pushText('broken\n') +
          requestText('GET /metrics HTTP/1.1') +
          requestText('GET /nowhere HTTP/1.1') +
          pushText('b 1\n'),
      ),
    ]),
  );
  for (const status of [202, 202, 400, 200, 404, 202]) await expectStatus(connection, status);
  expect(await road.forwardedNames()).toEqual(['a', 'b']);
});

test('a client that has sent the whole push and closes that direction still gets the answer', async () => {
  const road = await startIntake();
  const answers = async (request: string | Uint8Array, status: number) => {
    const connection = await road.connect();
    connection.send(request);
    connection.endSending();
    await expectStatus(connection, status);
    await connection.closed();
  };
  const large = gzipSync(`${'# a comment to be decoded outside the loop\n'.repeat(40_000)}b 1\n`);
  const head = requestText(`POST ${JOB_PATH} HTTP/1.1`, [
    `Content-Length: ${large.length}`,
    'Content-Encoding: gzip',
  ]);
  await answers(pushText('a 1\n'), 202);
  await answers(Buffer.concat([Buffer.from(head), large]), 202);
  await answers(requestText('GET /metrics HTTP/1.1'), 200);
  expect(await road.forwardedNames()).toEqual(['a', 'b']);
});
