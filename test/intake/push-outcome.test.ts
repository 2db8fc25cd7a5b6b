import { expect, test } from 'vitest';
import { answerFor, PUSH_ANSWERS, type PushOutcome } from '../../src/intake/push-outcome.ts';

const detail = 'Cannot do it: expected one thing, found another';

test('each outcome has its answer', () => {
  const answers = (outcome: PushOutcome, status: number, reason: string, headers = {}, text = detail) =>
    expect(answerFor(outcome)).toEqual({ status, reason, headers, text });
  const acceptEncoding = { 'accept-encoding': 'gzip' };
  answers({ kind: 'malformed', detail }, 400, 'malformed');
  answers({ kind: 'notFound', detail }, 404, 'not_found');
  answers({ kind: 'methodNotAllowed', detail, allow: 'PUT, POST' }, 405, 'method_not_allowed', {
    allow: 'PUT, POST',
  });
  answers({ kind: 'tooLarge', detail }, 413, 'too_large');
  answers({ kind: 'unsupported', detail, headers: acceptEncoding }, 415, 'unsupported', acceptEncoding);
  answers({ kind: 'overloaded', detail, isStopping: false }, 503, 'overloaded', { 'retry-after': '1' });
  answers({ kind: 'overloaded', detail, isStopping: true }, 503, 'stopping', { 'retry-after': '5' });
  const fault =
    'Cannot take push: Sluice failed on it; nothing of it was forwarded, and the fault is in its log';
  answers({ kind: 'fault' }, 500, 'fault', {}, fault);
  answers({ kind: 'accepted', sampleCount: 3 }, 202, 'accepted', {}, '');
  answers({ kind: 'deleteIgnored' }, 202, 'delete_ignored', {}, '');
  const later = { 'retry-after': '5' };
  const taken = { sampleCount: 3 };
  answers({ kind: 'delivered', ...taken }, 200, 'delivered', {}, '');
  answers({ kind: 'refusedUpstream', detail, isOurFault: false, ...taken }, 422, 'refused');
  answers({ kind: 'refusedUpstream', detail, isOurFault: true, ...taken }, 502, 'backend_access');
  answers({ kind: 'notStored', detail }, 503, 'not_stored', later);
  answers({ kind: 'spoolFull', detail }, 503, 'spool_full', later);
  const givenUp = { kind: 'givenUp', detail, ...taken } as const;
  answers({ ...givenUp, isOurFault: false, isStopping: false }, 503, 'given_up', later);
  answers({ ...givenUp, isOurFault: true, isStopping: false }, 502, 'backend_access');
  for (const isOurFault of [true, false])
    answers({ ...givenUp, isOurFault, isStopping: true }, 503, 'stopping', later);
});

test('a preference that was honoured is named, however it ended', () => {
  const applied = 'wait=10';
  const names = (outcome: PushOutcome) =>
    expect(answerFor(outcome).headers).toMatchObject({ 'preference-applied': applied });
  const taken = { sampleCount: 3, applied };
  names({ kind: 'accepted', ...taken });
  names({ kind: 'delivered', ...taken });
  names({ kind: 'notStored', detail, applied });
  for (const isOurFault of [true, false]) {
    names({ kind: 'refusedUpstream', detail, isOurFault, ...taken });
    names({ kind: 'givenUp', detail, isOurFault, isStopping: false, ...taken });
    names({ kind: 'givenUp', detail, isOurFault, isStopping: true, ...taken });
  }
});

test('every answer is counted from the start', () => {
  const outcomes: PushOutcome[] = [
    { kind: 'accepted', sampleCount: 0 },
    { kind: 'deleteIgnored' },
    { kind: 'malformed', detail },
    { kind: 'tooLarge', detail },
    { kind: 'unsupported', detail, headers: {} },
    { kind: 'overloaded', detail, isStopping: false },
    { kind: 'overloaded', detail, isStopping: true },
    { kind: 'fault' },
    { kind: 'methodNotAllowed', detail, allow: 'PUT, POST' },
    { kind: 'notFound', detail },
    { kind: 'delivered', sampleCount: 1 },
    { kind: 'refusedUpstream', detail, isOurFault: false, sampleCount: 1 },
    { kind: 'refusedUpstream', detail, isOurFault: true, sampleCount: 1 },
    { kind: 'givenUp', detail, isOurFault: false, isStopping: false, sampleCount: 1 },
    { kind: 'notStored', detail },
    { kind: 'spoolFull', detail },
  ];
  const named = outcomes.map(answerFor).map(({ status, reason }) => ({ status, reason }));
  // The one that is written by nobody: the client is gone.
  const cutOff = { status: 408, reason: 'cut_off' };
  const sort = (answers: readonly { status: number; reason: string }[]) =>
    answers.map(({ status, reason }) => `${status} ${reason}`).sort();
  expect(sort([...named, cutOff])).toEqual(sort(PUSH_ANSWERS));
});

test('no answer is one that clients take for an error or lose in silence', () => {
  const statuses: number[] = PUSH_ANSWERS.map(({ status }) => status);
  expect(statuses.filter((status) => status < 400 && status !== 200 && status !== 202)).toEqual([]);
});
