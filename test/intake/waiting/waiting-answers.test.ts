// Pushes that wait, on the wire: what they are answered, when, and with which Preference-Applied.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { OfferResult, PushEnd } from '../../../src/delivery/block/offered-push.ts';
import { startListener } from '../../support/bare-listener.ts';
import { JOB_PATH, requestText } from '../../support/intake-road.ts';
import { type RawAnswer, RawConnection } from '../../support/raw-connection.ts';
import { preferring, startWaitingIntake, type WaitingIntake } from '../../support/waiting-intake.ts';

async function ask(intake: { readonly address: string }, request: string | Uint8Array): Promise<RawAnswer> {
  const connection = await RawConnection.open(intake.address);
  connection.send(request);
  return connection.answer();
}

function applied(answer: RawAnswer): [number, string | undefined] {
  return [answer.status, answer.headers.get('preference-applied')];
}

/** Pushes, lets the push end so, and returns its answer. */
async function endWith(intake: WaitingIntake, end: PushEnd, prefer = 'wait=5'): Promise<RawAnswer> {
  const count = intake.delivery.offers.length + 1;
  const answer = ask(intake, preferring(prefer));
  await intake.offered(count);
  intake.delivery.waiter().ended(end);
  return answer;
}

test('what is not taken is answered at once, and no preference was honoured', async () => {
  const intake = await startWaitingIntake({ hasSpool: true, acknowledge: 'stored' });
  const refuses = async (result: OfferResult, status: number, reason: string, text: string) => {
    intake.delivery.result = result;
    for (const prefer of ['wait=5', 'respond-async']) {
      const answer = await ask(intake, preferring(prefer));
      expect([...applied(answer), answer.body]).toEqual([status, undefined, `${text}\n`]);
      expect(intake.answered.at(-1)).toMatchObject({ status, reason, sampleCount: 0 });
    }
  };
  const full =
    'Cannot take push: the queue of a backend is full, because the backend does not keep up or is away';
  await refuses('full', 503, 'overloaded', full);
  await refuses('stopping', 503, 'stopping', 'Cannot take push: Sluice is stopping');
  const spoolFull =
    'Cannot store push: the spool is full (spool.maxSize), because a backend does not keep up or is away';
  await refuses('spoolFull', 503, 'spool_full', spoolFull);
  const unusable = 'Cannot store push: the spool cannot be used now; GET /-/ready says why';
  await refuses('spoolUnusable', 503, 'not_stored', unusable);
  expect(applied(await ask(intake, preferring('wait=5', 'm')))).toEqual([400, undefined]);
  expect(intake.waiting.count).toBe(0);
});

test('a failure after the offer is answered with the preference that was honoured', async () => {
  const intake = await startWaitingIntake();
  const checkAnswer = async (end: PushEnd, status: number, reason: string, text: string) => {
    const answer = await endWith(intake, end);
    expect([...applied(answer), answer.body]).toEqual([status, 'wait=5', `${text}\n`]);
    expect(intake.answered.at(-1)).toMatchObject({ status, reason, sampleCount: 1, detail: text });
    return answer.headers.get('retry-after');
  };
  const refused = { kind: 'refused', backend: 'b', reason: 'status_400', detail: 'no', samples: 1 } as const;
  const words = 'Cannot deliver push: backend b refused all its samples';
  await checkAnswer({ ...refused, isOurFault: false }, 422, 'refused', `${words} (status_400): no`);
  const why = ', because of the credentials, TLS or address that Sluice has for it';
  await checkAnswer(
    { ...refused, isOurFault: true },
    502,
    'backend_access',
    `${words}${why} (status_400): no`,
  );
  const givenUp = { kind: 'givenUp', reason: 'too_old', detail: 'too late', isOurFault: false } as const;
  const late = 'Cannot deliver push: it was given up: too late';
  expect(await checkAnswer(givenUp, 503, 'given_up', late)).toBe('5');
  expect(await checkAnswer({ ...givenUp, reason: 'shutdown' }, 503, 'stopping', late)).toBe('5');
});

test('a push that the disk did not take counts as not taken', async () => {
  const intake = await startWaitingIntake({ hasSpool: true });
  const answer = await endWith(intake, { kind: 'notStored', detail: 'EIO' }, 'wait=0');
  expect([...applied(answer), answer.body]).toEqual([
    503,
    'wait=0',
    'Cannot store push: the spool failed: EIO\n',
  ]);
  expect(intake.answered).toMatchObject([{ status: 503, reason: 'not_stored', sampleCount: 0 }]);
});

test('wait is answered 200 once the push is delivered, and not before', async () => {
  const intake = await startWaitingIntake();
  const connection = await intake.connect();
  connection.send(preferring('wait=5'));
  await intake.offered(1);
  expect([connection.received, intake.answered, intake.waiting.count]).toEqual(['', [], 1]);
  expect(intake.delivery.waiter().level).toBe('delivered');
  intake.clock.advance(4999);
  intake.delivery.waiter().ended({ kind: 'reached' });
  const answer = await connection.answer();
  expect([...applied(answer), answer.body, answer.headers.get('content-length')]).toEqual([
    200,
    'wait=5',
    '',
    '0',
  ]);
  expect(intake.answered).toMatchObject([{ status: 200, reason: 'delivered', sampleCount: 1, bodyBytes: 4 }]);
  expect([intake.waiting.count, intake.clock.pendingTimers]).toEqual([0, 0]);
});

test('when the time is over the answer is 202', async () => {
  const intake = await startWaitingIntake({ maxWait: 3000 });
  const answer = ask(intake, preferring('wait=60'));
  await intake.offered(1);
  intake.clock.advance(3000);
  expect(applied(await answer)).toEqual([202, 'wait=3']);
  expect(intake.answered).toMatchObject([{ status: 202, reason: 'accepted', sampleCount: 1 }]);
  intake.delivery.waiter().ended({ kind: 'reached' });
  expect(intake.answered).toHaveLength(1);
});

test('before a push to be delivered is on disk, no time ends its wait', async () => {
  const intake = await startWaitingIntake({ hasSpool: true });
  const connection = await intake.connect();
  connection.send(preferring('wait=3'));
  await intake.offered(1);
  intake.clock.advance(60_000);
  expect([connection.received, intake.waiting.count]).toEqual(['', 1]);
  intake.delivery.waiter().stored();
  expect(applied(await connection.answer())).toEqual([202, 'wait=3']);
});

test('respond-async is answered at once, whatever is configured', async () => {
  const intake = await startWaitingIntake({ acknowledge: 'delivered' });
  expect(applied(await ask(intake, preferring('respond-async')))).toEqual([202, 'respond-async']);
  expect(intake.delivery.offers[0]!.waiter).toBeUndefined();
});

test('the configured level needs no header and names none', async () => {
  const delivered = await startWaitingIntake({ acknowledge: 'delivered', maxWait: 2000 });
  const first = ask(delivered, preferring(undefined));
  await delivered.offered(1);
  delivered.delivery.waiter().ended({ kind: 'reached' });
  expect(applied(await first)).toEqual([200, undefined]);
  const second = ask(delivered, preferring('return=minimal'));
  await delivered.offered(2);
  delivered.clock.advance(2000);
  expect(applied(await second)).toEqual([202, undefined]);

  const stored = await startWaitingIntake({ acknowledge: 'stored', hasSpool: true });
  const third = ask(stored, preferring(undefined));
  await stored.offered(1);
  expect(stored.delivery.waiter().level).toBe('stored');
  stored.delivery.waiter().stored();
  expect(applied(await third)).toEqual([202, undefined]);
  stored.delivery.waiter().ended({ kind: 'reached' });
  expect(stored.answered).toHaveLength(1);

  const queued = await startWaitingIntake();
  expect(applied(await ask(queued, preferring(undefined)))).toEqual([202, undefined]);
});

test('several Prefer lines are one list', async () => {
  const intake = await startWaitingIntake();
  const request = preferring('return=minimal', 'm 1\n', ['prefer: Wait = "4"; x', 'PREFER: wait=9']);
  const answer = ask(intake, request);
  await intake.offered(1);
  intake.clock.advance(4000);
  expect(applied(await answer)).toEqual([202, 'wait=4']);
});

test('if too many wait, a push is taken without a wait and no preference is honoured', async () => {
  for (const acknowledge of ['queued', 'delivered'] as const) {
    const intake = await startWaitingIntake({ acknowledge, maxWaitingPushes: 2 });
    const waiting = [ask(intake, preferring('wait=5')), ask(intake, preferring('wait=5'))];
    await intake.offered(2);
    expect(applied(await ask(intake, preferring('wait=5')))).toEqual([202, undefined]);
    if (acknowledge === 'delivered')
      expect(applied(await ask(intake, preferring(undefined)))).toEqual([202, undefined]);
    expect(intake.delivery.offers.at(-1)!.waiter).toBeUndefined();
    for (const at of [0, 1]) intake.delivery.waiter(at).ended({ kind: 'reached' });
    for (const answer of await Promise.all(waiting)) expect(applied(answer)).toEqual([200, 'wait=5']);
    const again = await endWith(intake, { kind: 'reached' });
    expect(applied(again)).toEqual([200, 'wait=5']);
  }
});

test('if too many wait and there is a spool, a push still waits for the disk', async () => {
  const intake = await startWaitingIntake({ hasSpool: true, maxWaitingPushes: 0 });
  const answer = ask(intake, preferring('wait=5'));
  await intake.offered(1);
  expect(intake.delivery.waiter().level).toBe('stored');
  intake.delivery.waiter().stored();
  expect(applied(await answer)).toEqual([202, undefined]);
});

test('a push without a sample has nothing to wait for', async () => {
  const intake = await startWaitingIntake({ hasSpool: true });
  expect(applied(await ask(intake, preferring('wait=5', '')))).toEqual([200, 'wait=5']);
  expect(applied(await ask(intake, preferring('wait=0', '')))).toEqual([202, 'wait=0']);
  expect(intake.delivery.offers).toEqual([]);
});

test('a large compressed push waits like any other', async () => {
  const intake = await startWaitingIntake();
  const text = Array.from({ length: 40_000 }, (_, i) => `m{i="${i}"} ${Math.sin(i)}\n`).join('');
  const body = gzipSync(text);
  const headers = ['Prefer: wait=5', 'Content-Encoding: gzip', `Content-Length: ${body.length}`];
  const head = requestText(`POST ${JOB_PATH} HTTP/1.1`, headers);
  const answer = ask(intake, Buffer.concat([Buffer.from(head), body]));
  await intake.offered(1);
  // Before the exchange can have asked for it.
  intake.delivery.waiter().ended({ kind: 'reached' });
  expect(applied(await answer)).toEqual([200, 'wait=5']);
  expect(intake.answered).toMatchObject([{ bodyBytes: body.length, sampleCount: 40_000 }]);
});

test('a DELETE that is ignored does not wait', async () => {
  const listener = await startListener({ onDelete: 'ignore' });
  const answer = await ask(listener, requestText(`DELETE ${JOB_PATH} HTTP/1.1`, ['Prefer: wait=5']));
  expect(applied(answer)).toEqual([202, undefined]);
});
