// The connections of pushes that wait: nothing cuts them, nothing answers in place of the push, and who hangs up loses
// nothing.
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Connections } from '../../../src/intake/http/connections.ts';
import { WaitingPush } from '../../../src/intake/waiting/waiting-push.ts';
import { startListener } from '../../support/bare-listener.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { preferring, startWaitingIntake } from '../../support/waiting-intake.ts';

const NEVER = new AbortController().signal;

test('a quiet connection is cut again once none of its pushes waits any more', () => {
  const connections = new Connections(2000);
  const socket = new Socket();
  socket.setTimeout(2000);
  connections.beginWait(socket);
  connections.beginWait(socket);
  expect([connections.waits(socket), socket.timeout]).toEqual([true, 0]);
  connections.endWait(socket);
  expect([connections.waits(socket), socket.timeout]).toEqual([true, 0]);
  connections.endWait(socket);
  expect([connections.waits(socket), socket.timeout]).toEqual([false, 2000]);
});

test('a wait may be longer than any limit on the time of a request', async () => {
  const waiting: WaitingPush[] = [];
  const { address } = await startListener({
    server: { headersTimeout: 500, requestTimeout: 500, keepAliveTimeout: 500 },
    accept: ({ userAgent }) => {
      if (userAgent === 'stuck') return new Promise(() => undefined);
      const level = { level: 'delivered', waitMs: 60_000, applied: undefined } as const;
      const push = new WaitingPush(level, 1, { hasSpool: false, onEnd: () => undefined });
      waiting.push(push);
      return push;
    },
  });
  const [waits, stuck] = [await RawConnection.open(address), await RawConnection.open(address)];
  waits.send(preferring('wait=60'));
  await waitUntil(() => waiting.length === 1, 'a push that waits');
  stuck.send(preferring(undefined, 'm 1\n', ['User-Agent: stuck']));
  // Cut for being quiet: the one that waits has been quiet for longer.
  await stuck.closed();
  expect([waits.isClosed, waits.received]).toEqual([false, '']);
  waiting[0]!.ended({ kind: 'reached' });
  expect((await waits.answer()).status).toBe(200);
  await waits.closed();
});

test('the connection stays open after a wait, for the next push', async () => {
  const intake = await startWaitingIntake();
  const connection = await intake.connect();
  for (const count of [1, 2]) {
    connection.send(preferring('wait=5'));
    await intake.offered(count);
    intake.delivery.waiter().ended({ kind: 'reached' });
    expect((await connection.answer()).status).toBe(200);
  }
});

test('pushes that follow one that waits are taken at once and answered in order', async () => {
  const intake = await startWaitingIntake();
  const connection = await intake.connect();
  connection.send(
    preferring('wait=5') + preferring('respond-async') + preferring('wait=9') + preferring('wait=7'),
  );
  await intake.offered(4);
  intake.delivery.waiter(3).ended({ kind: 'reached' });
  expect([intake.answered.length, connection.received]).toEqual([2, '']);
  intake.delivery.waiter(0).ended({ kind: 'reached' });
  const answers = [await connection.answer(), await connection.answer()];
  expect(connection.received).toBe('');
  intake.clock.advance(9000);
  answers.push(await connection.answer(), await connection.answer());
  const applied = answers.map(({ status, headers }) => [status, headers.get('preference-applied')]);
  expect(applied).toEqual([
    [200, 'wait=5'],
    [202, 'respond-async'],
    [202, 'wait=9'],
    [200, 'wait=7'],
  ]);
});

test('bytes that are no request after a push that waits end the connection without an answer', async () => {
  for (const garbage of ['garbage\r\n\r\n', 'POST / HTTP/9.9\r\n\r\n']) {
    const intake = await startWaitingIntake();
    const connection = await intake.connect();
    connection.send(preferring('wait=5'));
    await intake.offered(1);
    connection.send(garbage);
    await connection.closed();
    expect(connection.received).toBe('');
    intake.delivery.waiter().ended({ kind: 'reached' });
    expect(intake.answered).toMatchObject([{ status: 200, reason: 'delivered' }]);
  }
});

test('a client that hangs up changes nothing: its push continues and is counted once, under its end', async () => {
  for (const leave of ['cut', 'reset', 'endSending'] as const) {
    const intake = await startWaitingIntake();
    const connection = await intake.connect();
    // Two, of which the second has no place on the connection yet.
    connection.send(preferring('wait=5') + preferring('wait=7'));
    await intake.offered(2);
    connection[leave]();
    if (leave === 'reset') await intake.openPushes.answered(NEVER);
    intake.delivery.waiter(1).ended({ kind: 'reached' });
    intake.clock.advance(5000);
    expect(intake.answered.map(({ status, reason }) => [status, reason])).toEqual([
      [200, 'delivered'],
      [202, 'accepted'],
    ]);
    await intake.openPushes.answered(NEVER);
    expect(intake.faults).toEqual([]);
    if (leave !== 'endSending') continue;
    expect([(await connection.answer()).status, (await connection.answer()).status]).toEqual([202, 200]);
  }
});

test('a push that waits holds no part of the bound on bodies', async () => {
  const body = `m{a="${'x'.repeat(60_000)}"} 1\n`;
  const intake = await startWaitingIntake({ budgetBytes: 100_000 });
  for (const count of [1, 2, 3]) {
    const connection = await intake.connect();
    connection.send(preferring('wait=5', body));
    await intake.offered(count);
  }
  expect(intake.waiting.count).toBe(3);
});

test('a stop waits for the answers of pushes that wait', async () => {
  const intake = await startWaitingIntake();
  const connection = await intake.connect();
  connection.send(preferring('wait=5'));
  await intake.offered(1);
  let isOver = false;
  const stopped = intake.openPushes.answered(NEVER).then(() => {
    isOver = true;
  });
  intake.delivery.waiter().ended({ kind: 'givenUp', reason: 'shutdown', detail: 'x', isOurFault: false });
  expect(isOver).toBe(false);
  await stopped;
  expect((await connection.answer()).status).toBe(503);
});
