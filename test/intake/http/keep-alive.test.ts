// Connections stay between pushes, longer than the pause of a client that pushes once a minute: a client that finds its
// connection closed under a push may lose it.
import { expect, test } from 'vitest';
import { JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';

test('by default every answer says that its connection stays for at least 65 seconds', async () => {
  const road = await startIntake({ push: { onDelete: 'ignore' } });
  const connection = await road.connect();
  const stays = async (request: string, status: number) => {
    connection.send(request);
    const answer = await connection.answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([status, 'keep-alive']);
    const seconds = /^timeout=(\d+)$/.exec(answer.headers.get('keep-alive') ?? '')?.[1];
    expect(Number(seconds)).toBeGreaterThanOrEqual(65);
  };
  await stays(pushText('a 1\n'), 202);
  await stays(requestText(`DELETE ${JOB_PATH} HTTP/1.1`), 202);
  await stays(pushText('a x\n'), 400);
  await stays(requestText('POST /nowhere HTTP/1.1', [], 'a 1\n'), 404);
  await stays(requestText(`GET ${JOB_PATH} HTTP/1.1`), 405);
  await stays(requestText(`OPTIONS ${JOB_PATH} HTTP/1.1`), 200);
  await stays(requestText('GET /-/healthy HTTP/1.1'), 200);
});

test('an idle connection outlives the limits on the time of a request', async () => {
  const server = { headersTimeout: '1s', requestTimeout: '1s', keepAliveTimeout: '75s' };
  const road = await startIntake({ server });
  const idle = await road.connect();
  idle.send(pushText('a 1\n'));
  expect((await idle.answer()).status).toBe(202);
  // When a request that began behind that answer is cut, the limits are over for the idle connection too.
  const slow = await road.connect();
  slow.send(`POST ${JOB_PATH} HTTP/1.1\r\n`);
  expect((await slow.answer()).status).toBe(408);
  idle.send(pushText('b 1\n'));
  expect((await idle.answer()).status).toBe(202);
});
