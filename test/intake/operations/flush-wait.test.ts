import { expect, test } from 'vitest';
import { flushWait } from '../../../src/intake/operations/lifecycle.ts';

const MAX_MS = 10_000;

function waits(target: string, prefer: string | undefined, expected: unknown): void {
  expect(flushWait(target, prefer, MAX_MS), `${target} ${prefer}`).toEqual(expected);
}

test('a timeout that is no duration is a problem, whatever the header says', () => {
  const problem = (found: string) => ({
    problem: `Cannot read timeout: expected a duration such as 5s, found ${found}`,
  });
  waits('/-/flush?timeout=soon', undefined, problem('"soon"'));
  waits('/-/flush?timeout=5', 'wait=2', problem('"5"'));
  waits('/-/flush?timeout=', undefined, problem('""'));
  waits('/-/flush?timeout=-1s', undefined, problem('"-1s"'));
  waits(`/-/flush?timeout=${'9'.repeat(60)}`, undefined, problem(`"${'9'.repeat(40)}…"`));
});

test('without a wish a flush waits as long as a push may', () => {
  waits('/-/flush', undefined, { waitMs: MAX_MS });
  waits('/-/flush?', 'respond-async', { waitMs: MAX_MS });
  waits('/-/flush?other=1', 'wait=soon', { waitMs: MAX_MS });
});

test('the query and the header ask for another wait, up to the longest', () => {
  waits('/-/flush?timeout=2s', undefined, { waitMs: 2000 });
  waits('/-/flush?a=b&timeout=1m30s#c', undefined, { waitMs: MAX_MS });
  waits('/-/flush?timeout=0', undefined, { waitMs: 0 });
  waits('/-/flush', 'wait=3', { waitMs: 3000, applied: 'wait=3' });
  waits('/-/flush', 'wait=300', { waitMs: MAX_MS, applied: 'wait=10' });
  waits('/-/flush?timeout=250ms', 'wait=3', { waitMs: 250 });
});
