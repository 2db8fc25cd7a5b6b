// Clients that say something before they push, or while they do: an offer of HTTP/2, or the question whether they may send
// the body. Their documented wire forms are replayed byte for byte on a bare socket.
import { describe, expect, test } from 'vitest';
import { startIntake } from '../support/intake-road.ts';
import { ROWS, ROWS_ARRIVED, ROWS_LENGTH, takes } from '../support/replay.ts';
import { answerTo, wireForm } from '../support/wire-form.ts';

const AT = '/pushgateway/metrics/job/backup';
const FORM = 'Content-Type: application/x-www-form-urlencoded';
const TEXT = 'Content-Type: text/plain; version=0.0.4; charset=utf-8';

describe('clients that offer HTTP/2 with their push', () => {
  const curl = [
    `POST ${AT} HTTP/1.1`,
    'Host: 127.0.0.1:3030',
    'User-Agent: curl/7.88.1',
    'Accept: */*',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    ROWS_LENGTH,
    FORM,
  ];
  const jdk = [
    `POST ${AT} HTTP/1.1`,
    'Connection: Upgrade, HTTP2-Settings',
    ROWS_LENGTH,
    'Host: 127.0.0.1:3030',
    'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'Upgrade: h2c',
    'User-Agent: Java-http-client/17.0.9',
    TEXT,
  ];
  takes('curl --http2', wireForm(curl, ROWS));
  takes("the JDK's java.net.http client", wireForm(jdk, ROWS));

  test.each([
    ['curl --http2', curl],
    ["the JDK's java.net.http client", jdk],
  ])('a replay of the documented wire form of %s goes on in HTTP/1.1 on its connection', async (_, head) => {
    const road = await startIntake();
    const connection = await road.connect();
    for (let i = 0; i < 2; i++) {
      connection.send(wireForm(head, ROWS));
      expect(await connection.answer()).toMatchObject({ status: 202, body: '' });
    }
    expect(connection.isClosed).toBe(false);
    expect(await road.delivered(2)).toEqual([...ROWS_ARRIVED, ...ROWS_ARRIVED]);
  });
});

describe('an old curl, which asks before it sends 1 KiB or more', () => {
  const long = ROWS + '# Filled up to more than a kibibyte.\n'.repeat(30);
  const head = (target: string) => [
    `POST ${target} HTTP/1.1`,
    'User-Agent: curl/7.29.0',
    'Host: 127.0.0.1:3030',
    'Accept: */*',
    `Content-Length: ${long.length}`,
    FORM,
    'Expect: 100-continue',
  ];

  test('a replay of its documented wire form gets the answer instead of 100 if it pushes to the wrong path', async () => {
    const road = await startIntake();
    const answer = await answerTo(road, wireForm(head('/metrics/job/backup'), ''));
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('pushes go to /pushgateway/metrics/job/backup\n');
    expect(await road.forwardedNames()).toEqual([]);
  });

  test('a replay of its documented wire form is taken when it waits for the word', async () => {
    const road = await startIntake();
    const connection = await road.connect();
    connection.send(wireForm(head(AT), ''));
    expect(await connection.answer()).toMatchObject({ status: 100, body: '' });
    connection.send(long);
    expect(await connection.answer()).toMatchObject({ status: 202, body: '' });
    expect(await road.delivered(1)).toEqual(ROWS_ARRIVED);
  });

  test('a replay of its documented wire form is taken when it has waited for long enough', async () => {
    const road = await startIntake();
    const connection = await road.connect();
    connection.send(wireForm(head(AT), long));
    expect((await connection.answer()).status).toBe(100);
    expect((await connection.answer()).status).toBe(202);
    expect(await road.delivered(1)).toEqual(ROWS_ARRIVED);
  });
});
