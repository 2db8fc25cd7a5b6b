// A push that was answered with 400 is never forwarded.
import { expect, test } from 'vitest';
import { startListener } from '../../support/bare-listener.ts';
import { JOB_PATH } from '../../support/intake-road.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

async function start() {
  const accepted: number[] = [];
  const listener = await startListener({
    accept: (push) => {
      accepted.push(push.length);
      return { kind: 'accepted', sampleCount: 1 };
    },
  });
  return { ...listener, accepted };
}

async function refusesAll(request: string): Promise<void> {
  const { address, answered, accepted } = await start();
  const connection = await RawConnection.open(address);
  connection.send(request);
  expect((await connection.answer()).status).toBe(400);
  await waitUntil(() => answered.length > 0, 'the push to end');
  expect(accepted).toEqual([]);
  expect(answered.map(({ status, reason }) => [status, reason])).toEqual([[400, 'malformed']]);
}

/** A push with this Content-Length, whatever follows. */
function sized(length: number, sent: string): string {
  return `PUT ${JOB_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${sent}`;
}

test('a body longer than its Content-Length says', () => refusesAll(sized(10, 'series1 1\nseries2 2\n')));

test('rubbish after a push that waits for its turn', () => {
  const body = '#'.repeat(20 * 1024);
  return refusesAll(sized(body.length, `${body}rubbish\r\n\r\n`));
});

test('a push with the right length is accepted', async () => {
  const { address, accepted } = await start();
  const connection = await RawConnection.open(address);
  connection.send(sized(10, 'series1 1\n'));
  expect((await connection.answer()).status).toBe(202);
  expect(accepted).toEqual([10]);
});
