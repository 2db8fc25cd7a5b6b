// DELETE with `onDelete: ignore`: clients that defer it go on unchanged, and nothing else changes.
import { expect, test } from 'vitest';
import { type IntakeRoad, JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';
import type { RawConnection } from '../../support/raw-connection.ts';

const IGNORING = { push: { onDelete: 'ignore' } };

async function expectIgnored(connection: RawConnection): Promise<void> {
  const { status, headers, body } = await connection.answer();
  expect([status, headers.get('content-length'), headers.has('content-type'), body]).toEqual([
    202,
    '0',
    false,
    '',
  ]);
}

async function answers(road: IntakeRoad, line: string, status: number, text: string): Promise<void> {
  const connection = await road.connect();
  connection.send(requestText(`${line} HTTP/1.1`));
  const { headers, ...answer } = await connection.answer();
  expect(answer, line).toEqual({ status, body: `${text}\n` });
}

test('ignored, a DELETE of a malformed path is answered 400', async () => {
  const road = await startIntake(IGNORING);
  const reject = (path: string, fault: string) =>
    answers(road, `DELETE ${path}`, 400, `Cannot read path: expected ${fault}`);
  await reject(`${JOB_PATH}/odd`, 'a value for label "odd", found the end of the path');
  await reject(`${JOB_PATH}/a-b/c`, 'a label name, found "a-b"');
  await reject(
    '/pushgateway/metrics/job@base64/!',
    'URL-safe base64 (RFC 4648, section 5) for "job@base64", found "!"',
  );
  expect(await road.counted(400, 'malformed')).toBe(3);
  expect(await road.counted(202, 'delete_ignored')).toBe(0);
});

test('ignored, a DELETE elsewhere is answered as before', async () => {
  const road = await startIntake(IGNORING);
  await answers(road, 'DELETE /metrics', 405, 'Cannot DELETE here: expected GET or HEAD');
  const meant = 'the path prefix "/pushgateway" is missing; pushes go to /pushgateway/metrics/job/a';
  await answers(road, 'DELETE /metrics/job/a', 404, `Cannot find "/metrics/job/a": ${meant}`);
  expect(await road.counted(202, 'delete_ignored')).toBe(0);
});

test('ignored, DELETE is among the methods that a push path takes', async () => {
  const road = await startIntake(IGNORING);
  const connection = await road.connect();
  connection.send(requestText(`GET ${JOB_PATH} HTTP/1.1`));
  const { status, headers } = await connection.answer();
  expect([status, headers.get('allow')]).toEqual([405, 'PUT, POST, DELETE']);
});

test('ignored, a DELETE is answered 202 with an empty body, counted apart, and nothing is forwarded', async () => {
  const road = await startIntake(IGNORING);
  const connection = await road.connect();
  for (const path of [JOB_PATH, `${JOB_PATH}/instance/a`, '/pushgateway/metrics/job/never_seen']) {
    connection.send(requestText(`DELETE ${path} HTTP/1.1`, ['Host: x']));
    await expectIgnored(connection);
  }
  connection.send(pushText('a 1\n'));
  expect((await connection.answer()).status).toBe(202);
  expect(await road.counted(202, 'delete_ignored')).toBe(3);
  expect(await road.counted(202, 'accepted')).toBe(1);
  expect(await road.forwardedNames()).toEqual(['a']);
});

test('ignored, a DELETE is logged at level debug, without the words of a push', async () => {
  const road = await startIntake({ ...IGNORING, level: 'debug' });
  const connection = await road.connect();
  connection.send(requestText(`DELETE ${JOB_PATH} HTTP/1.1`, ['User-Agent: client/1']));
  await expectIgnored(connection);
  const logged = { level: 'debug', event: 'deleteIgnored', job: 'test', status: 202, userAgent: 'client/1' };
  expect(road.collector.log.entries()).toContainEqual(logged);
});

test('the body of an ignored DELETE is read away, whatever is in it', async () => {
  const road = await startIntake(IGNORING);
  const connection = await road.connect();
  for (const body of ['a 1\n', 'no metrics', 'x'.repeat(60_000)]) {
    connection.send(requestText(`DELETE ${JOB_PATH} HTTP/1.1`, [], body));
    await expectIgnored(connection);
  }
  connection.send(pushText('b 1\n'));
  expect((await connection.answer()).status).toBe(202);
  expect(await road.counted(202, 'delete_ignored')).toBe(3);
  expect(await road.forwardedNames()).toEqual(['b']);
});

test('a DELETE with a large or chunked body, or one that is held back, is answered, and its connection ends', async () => {
  const road = await startIntake(IGNORING);
  const ends = async (headers: readonly string[], body: string) => {
    const connection = await road.connect();
    connection.send(requestText(`DELETE ${JOB_PATH} HTTP/1.1`, headers) + body);
    await expectIgnored(connection);
    await connection.closed();
  };
  await ends([`Content-Length: ${1 << 20}`], 'x'.repeat(1 << 20));
  await ends(['Transfer-Encoding: chunked'], '4\r\na 1\n\r\n0\r\n\r\n');
  await ends(['Content-Length: 4', 'Expect: 100-continue'], '');
  expect(await road.counted(202, 'delete_ignored')).toBe(3);
  expect(await road.forwardedNames()).toEqual([]);
});
