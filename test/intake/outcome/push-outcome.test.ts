import { expect, test } from 'vitest';
import { answerFor, PUSH_ANSWERS, type PushOutcome } from '../../../src/intake/outcome/push-outcome.ts';

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
  answers({ kind: 'unsupported', detail, acceptEncoding: 'gzip' }, 415, 'unsupported', acceptEncoding);
  answers({ kind: 'overloaded', detail }, 503, 'overloaded', { 'retry-after': '1' });
  answers({ kind: 'stopping', detail }, 503, 'stopping', { 'retry-after': '5' });
  const fault = 'Cannot take push: Sluice failed on it. Nothing of it was forwarded; the log has the error';
  answers({ kind: 'fault' }, 500, 'fault', {}, fault);
  answers({ kind: 'accepted', sampleCount: 3 }, 202, 'accepted', {}, '');
  answers({ kind: 'deleteIgnored' }, 202, 'delete_ignored', {}, '');
  const later = { 'retry-after': '5' };
  const taken = { sampleCount: 3 };
  answers({ kind: 'delivered', ...taken }, 200, 'delivered', {}, '');
  answers({ kind: 'refused', detail, ...taken }, 422, 'refused');
  answers({ kind: 'backendAccess', detail, ...taken }, 502, 'backend_access');
  answers({ kind: 'notStored', detail }, 503, 'not_stored', later);
  answers({ kind: 'spoolFull', detail }, 503, 'spool_full', later);
  answers({ kind: 'givenUp', detail, ...taken }, 503, 'given_up', later);
  answers({ kind: 'stopping', detail, ...taken }, 503, 'stopping', later);
  answers({ kind: 'cutOff', detail }, 408, 'cut_off');
});

test('a preference that was honoured is named, however it ended', () => {
  const applied = 'wait=10';
  const names = (outcome: PushOutcome) =>
    expect(answerFor(outcome).headers).toMatchObject({ 'preference-applied': applied });
  const taken = { sampleCount: 3, applied };
  names({ kind: 'accepted', ...taken });
  names({ kind: 'delivered', ...taken });
  names({ kind: 'notStored', detail, applied });
  for (const kind of ['refused', 'backendAccess', 'givenUp', 'stopping'] as const)
    names({ kind, detail, ...taken });
});

test('every answer is counted from the start', () => {
  const outcomes: PushOutcome[] = [
    { kind: 'accepted', sampleCount: 0 },
    { kind: 'deleteIgnored' },
    { kind: 'malformed', detail },
    { kind: 'tooLarge', detail },
    { kind: 'unsupported', detail, acceptEncoding: 'gzip' },
    { kind: 'overloaded', detail },
    { kind: 'stopping', detail },
    { kind: 'fault' },
    { kind: 'methodNotAllowed', detail, allow: 'PUT, POST' },
    { kind: 'notFound', detail },
    { kind: 'delivered', sampleCount: 1 },
    { kind: 'refused', detail, sampleCount: 1 },
    { kind: 'backendAccess', detail, sampleCount: 1 },
    { kind: 'givenUp', detail, sampleCount: 1 },
    { kind: 'cutOff', detail },
    { kind: 'notStored', detail },
    { kind: 'spoolFull', detail },
  ];
  const named = outcomes.map(answerFor).map(({ status, reason }) => ({ status, reason }));
  const sort = (answers: readonly { status: number; reason: string }[]) =>
    answers.map(({ status, reason }) => `${status} ${reason}`).sort();
  expect(sort(named)).toEqual(sort(PUSH_ANSWERS));
});

test('no answer is one that clients take for an error or lose in silence', () => {
  const statuses: number[] = PUSH_ANSWERS.map(({ status }) => status);
  expect(statuses.filter((status) => status < 400 && status !== 200 && status !== 202)).toEqual([]);
});
