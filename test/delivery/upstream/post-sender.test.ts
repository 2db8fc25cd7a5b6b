import { expect, test } from 'vitest';
import type { AttemptOutcome } from '../../../src/delivery/block/send-outcome.ts';
import { outcomeOf } from '../../../src/delivery/upstream/post-sender.ts';

function outcome(status: number, retryOnNotFound = true): AttemptOutcome {
  return outcomeOf({ status, headers: {}, body: new Uint8Array() }, { retryOnNotFound }, 0);
}

test.each([401, 403, 404])('%i is our fault, and is retried until it is put right', (status) => {
  const reason = `status_${status}`;
  expect(outcome(status)).toEqual({
    kind: 'retry',
    status,
    reason,
    detail: '',
    refusesAccess: true,
    isOurFault: true,
  });
});

test('407 is the answer of a proxy', () => {
  expect(outcome(407)).toMatchObject({
    kind: 'retry',
    reason: 'proxy_407',
    refusesAccess: true,
    isOurFault: true,
  });
});

test('404 is our fault even if it is final, and so is a redirect', () => {
  expect(outcome(404, false)).toMatchObject({ kind: 'rejected', reason: 'status_404', isOurFault: true });
  expect(outcome(302)).toMatchObject({ kind: 'rejected', reason: 'redirect', isOurFault: true });
});

test.each([400, 405, 409, 413, 415, 422, 429, 500, 503])('%i is not', (status) => {
  expect(outcome(status)).not.toHaveProperty('isOurFault');
});
