// An error in a push fails that push, never the program.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { type BareListenerOptions, startListener } from '../../support/bare-listener.ts';
import { JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

const FAULT = 'Cannot take push: Sluice failed on it. Nothing of it was forwarded; the log has the error\n';

function broken(): never {
  throw new Error('BUG: injected');
}

async function answersFault(options: BareListenerOptions): Promise<void> {
  const { address, answered, faults } = await startListener(options);
  const connection = await RawConnection.open(address);
  for (const times of [1, 2]) {
    connection.send(pushText('a 1\n'));
    const { status, body } = await connection.answer();
    expect([status, body]).toEqual([500, FAULT]);
    expect(faults).toHaveLength(times);
    expect(answered).toHaveLength(times);
    expect(answered.at(-1)).toMatchObject({ status: 500, reason: 'fault' });
  }
  connection.send(requestText('GET /-/healthy HTTP/1.1'));
  expect((await connection.answer()).status).toBe(options.routes === undefined ? 200 : 500);
}

test('an exception in any station of the intake is answered 500 and reported once', async () => {
  await answersFault({ encodingOf: broken });
  await answersFault({ accept: broken });
  await answersFault({ accept: () => Promise.reject(new Error('BUG: injected')) });
  await answersFault({ routes: { find: broken } });
});

test('an exception in the whole road is answered 500 and logged, and the next push is taken', async () => {
  let isBroken = false;
  const system = systemClock();
  const nowMs = () => (isBroken ? broken() : system.nowMs());
  const road = await startIntake({ clock: { ...system, nowMs } });
  const connection = await road.connect();
  isBroken = true;
  connection.send(pushText('a 1\n'));
  expect((await connection.answer()).status).toBe(500);
  const fault = road.collector.log.entries().find((entry) => 'event' in entry && entry.event === 'fault');
  expect(fault).toMatchObject({ level: 'error', stack: expect.stringContaining('BUG: injected') });
  isBroken = false;
  connection.send(pushText('b 1\n'));
  expect((await connection.answer()).status).toBe(202);
  expect(await road.counted(500, 'fault')).toBe(1);
  expect(await road.forwardedNames()).toEqual(['b']);
});

test('an exception of an operations endpoint is answered 500', async () => {
  const { address, faults } = await startListener({ operations: { notReady: broken } });
  const connection = await RawConnection.open(address);
  connection.send(requestText('GET /-/ready HTTP/1.1'));
  expect((await connection.answer()).status).toBe(500);
  expect(faults).toHaveLength(1);
});

test('a client that disconnects before its answer affects no other', async () => {
  const gates: (() => void)[] = [];
  const accept = () =>
    new Promise<{ kind: 'accepted'; sampleCount: number }>((resolve) => {
      gates.push(() => resolve({ kind: 'accepted', sampleCount: 1 }));
    });
  const { address, answered, faults } = await startListener({ accept });
  for (let i = 0; i < 5; i++) {
    const connection = await RawConnection.open(address);
    connection.send(pushText('a 1\n'));
    await waitUntil(() => gates.length === i + 1, 'the push to be read');
    connection.cut();
  }
  const other = await RawConnection.open(address);
  other.send(requestText('GET /-/healthy HTTP/1.1'));
  expect((await other.answer()).status).toBe(200);
  for (const open of gates) open();
  await waitUntil(() => answered.length === 5, 'the pushes to end');
  other.send(requestText('GET /-/healthy HTTP/1.1'));
  expect((await other.answer()).status).toBe(200);
  expect(answered.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  expect(faults).toEqual([]);
});

test('a client that disconnects while its body is decoded affects no other', async () => {
  const road = await startIntake();
  const body = gzipSync(`a 1\n${'# a comment to be decoded outside the loop\n'.repeat(100_000)}`);
  const head = requestText(`POST ${JOB_PATH} HTTP/1.1`, [
    'Content-Encoding: gzip',
    `Content-Length: ${body.length}`,
  ]);
  for (let i = 0; i < 5; i++) {
    const connection = await road.connect();
    await connection.sendAndWait(Buffer.concat([Buffer.from(head), body]));
    connection.cut();
  }
  const ended = (event: string) =>
    road.collector.log.entries().filter((entry) => 'event' in entry && entry.event === event).length;
  await waitUntil(() => ended('pushAccepted') + ended('pushRefused') === 5, 'five pushes to end');
  const names = await road.forwardedNames();
  expect(names).toEqual(Array.from({ length: ended('pushAccepted') - 1 }, () => 'a'));
  expect(await road.counted(500, 'fault')).toBe(0);
});
