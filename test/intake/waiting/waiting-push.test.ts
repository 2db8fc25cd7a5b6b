// One push that waits: what it reports of each end, exactly once, and never something that is not true.
import { expect, test } from 'vitest';
import type { PushEnd } from '../../../src/delivery/block/offered-push.ts';
import { answerFor, type PushOutcome } from '../../../src/intake/outcome/push-outcome.ts';
import { WaitingPush } from '../../../src/intake/waiting/waiting-push.ts';

interface Setting {
  readonly level?: 'stored' | 'delivered';
  readonly hasSpool?: boolean;
}

function startWaiting({ level = 'delivered', hasSpool = false }: Setting = {}) {
  const reported: PushOutcome[] = [];
  const left: WaitingPush[] = [];
  const onEnd = (one: WaitingPush) => left.push(one);
  const push = new WaitingPush({ level, waitMs: 5000, applied: 'wait=5' }, 7, { hasSpool, onEnd });
  push.whenOver((outcome) => reported.push(outcome));
  return { push, reported, left };
}

const REFUSED = {
  kind: 'refused',
  backend: 'primary',
  reason: 'status_400',
  detail: 'out of bounds',
  samples: 2,
  isOurFault: false,
} as const;
const GIVEN_UP = { kind: 'givenUp', reason: 'too_old', detail: 'too late', isOurFault: false } as const;

test('a push that cannot be stored gets that answer', () => {
  for (const level of ['stored', 'delivered'] as const) {
    const { push, reported } = startWaiting({ level, hasSpool: true });
    push.ended({ kind: 'notStored', detail: 'ENOSPC' });
    const detail = 'Cannot store push: the spool failed: ENOSPC';
    expect(reported).toEqual([{ kind: 'notStored', detail, applied: 'wait=5' }]);
  }
});

test('each failure is one line that says whose it is', () => {
  const says = (end: PushEnd, status: number, text: string) => {
    const { push, reported } = startWaiting();
    push.ended(end);
    expect(reported.map(answerFor)).toMatchObject([{ status, text: `Cannot deliver push: ${text}` }]);
  };
  const took = 'backend primary refused 2 of its 7 samples and took the others';
  says(REFUSED, 422, `${took} (status_400): out of bounds`);
  says({ ...REFUSED, detail: '' }, 422, `${took} (status_400)`);
  says(
    { ...REFUSED, samples: 7 },
    422,
    'backend primary refused all its samples (status_400): out of bounds',
  );
  says(
    { ...REFUSED, samples: 7, reason: 'redirect', detail: '302 to /login', isOurFault: true },
    502,
    'backend primary refused all its samples, because of the credentials, TLS or address that Sluice has for it (redirect): 302 to /login',
  );
  says(GIVEN_UP, 503, 'it was given up: too late');
  says({ ...GIVEN_UP, reason: 'shutdown' }, 503, 'it was given up: too late');
  says(
    { ...GIVEN_UP, reason: 'shutdown', isOurFault: true },
    503,
    'a backend does not let Sluice in (credentials, TLS or address), and it was given up: too late',
  );
  says(
    { ...GIVEN_UP, isOurFault: true },
    502,
    'a backend does not let Sluice in (credentials, TLS or address), and it was given up: too late',
  );
});

test('a push that a stop gives up is answered as stopping, whatever kept it from being delivered', () => {
  for (const isOurFault of [true, false]) {
    const { push, reported } = startWaiting();
    push.ended({ ...GIVEN_UP, reason: 'shutdown', isOurFault });
    expect(reported).toMatchObject([{ kind: 'stopping', applied: 'wait=5' }]);
  }
});

test('a push that was taken counts its samples, whatever became of it then', () => {
  for (const end of [REFUSED, GIVEN_UP, { kind: 'reached' }] as const) {
    const { push, reported } = startWaiting();
    push.ended(end);
    expect(reported).toMatchObject([{ sampleCount: 7, applied: 'wait=5' }]);
  }
});

test('a push that has reached its level is answered with that level', () => {
  const delivered = startWaiting();
  delivered.push.ended({ kind: 'reached' });
  expect(delivered.reported.map(answerFor)).toMatchObject([{ status: 200, reason: 'delivered' }]);
  const stored = startWaiting({ level: 'stored', hasSpool: true });
  stored.push.stored();
  expect(stored.reported.map(answerFor)).toMatchObject([{ status: 202, reason: 'accepted' }]);
});

test('a push to be delivered does not end when it is stored', () => {
  const { push, reported } = startWaiting({ hasSpool: true });
  push.stored();
  expect(reported).toEqual([]);
  push.ended({ kind: 'reached' });
  expect(reported).toMatchObject([{ kind: 'delivered' }]);
});

test('without a spool the end of the time ends the wait', () => {
  const { push, reported } = startWaiting();
  push.timeIsOver();
  expect(reported).toEqual([{ kind: 'accepted', sampleCount: 7, applied: 'wait=5' }]);
});

test('with a spool the end of the time waits on for the disk, whatever it says', () => {
  const early = startWaiting({ hasSpool: true });
  early.push.stored();
  early.push.timeIsOver();
  expect(early.reported).toMatchObject([{ kind: 'accepted' }]);
  const late = startWaiting({ hasSpool: true });
  late.push.timeIsOver();
  expect(late.reported).toEqual([]);
  late.push.stored();
  expect(late.reported).toMatchObject([{ kind: 'accepted' }]);
  const failed = startWaiting({ hasSpool: true });
  failed.push.timeIsOver();
  failed.push.ended({ kind: 'notStored', detail: 'EIO' });
  expect(failed.reported).toMatchObject([{ kind: 'notStored' }]);
  const quick = startWaiting({ hasSpool: true });
  quick.push.timeIsOver();
  quick.push.ended({ kind: 'reached' });
  expect(quick.reported).toMatchObject([{ kind: 'delivered' }]);
});

test('it ends once, whatever comes after', () => {
  const ends: ((push: WaitingPush) => void)[] = [
    (push) => push.ended({ kind: 'reached' }),
    (push) => push.ended(REFUSED),
    (push) => push.timeIsOver(),
    (push) => push.stored(),
  ];
  for (const first of ends) {
    const { push, reported, left } = startWaiting({ hasSpool: true });
    first(push);
    for (const later of [...ends, ...ends]) later(push);
    expect([reported.length, left]).toEqual([1, [push]]);
  }
});

test('a listener that comes late gets the outcome at once', () => {
  const { push } = startWaiting();
  push.ended({ kind: 'reached' });
  const reported: string[] = [];
  push.whenOver(({ kind }) => reported.push(kind));
  expect(reported).toEqual(['delivered']);
});
