// When a push is tried again, how long the pauses are, and when it is given up.
import { expect, test } from 'vitest';
import type { HttpResult } from '../../../src/cli/http-exchange.ts';
import { pushAttempts } from '../../../src/cli/push/push-attempts.ts';
import { type FinalEnding, judgeEnding, type PushEnding } from '../../../src/cli/push/push-result.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const TAKEN: PushEnding = { kind: 'taken', status: 202 };
const retry = (afterMs?: number): PushEnding => ({ kind: 'retry', found: 'nobody', afterMs });

interface Played {
  readonly ending: FinalEnding;
  /** Of the pauses, in milliseconds. */
  readonly pauses: readonly number[];
  readonly clock: FakeClock;
}

/** Plays the endings one after the other, the last one for ever; each attempt takes `attemptMs`. */
async function play(
  endings: readonly PushEnding[],
  timeoutMs: number,
  random = 0.5,
  attemptMs = 0,
): Promise<Played> {
  const clock = new FakeClock();
  const pauses: number[] = [];
  const script = [...endings];
  let isOver = false;
  const attempt = async () => {
    clock.advance(attemptMs);
    return script.length > 1 ? script.shift()! : script[0]!;
  };
  const onRetry = (_found: string, waitMs: number) => pauses.push(waitMs);
  const ended = pushAttempts({ clock, random: () => random, attempt, onRetry }, timeoutMs).finally(() => {
    isOver = true;
  });
  for (let seen = 0; !isOver; await Promise.resolve()) {
    if (pauses.length === seen) continue;
    // The pause is asked for in the same turn; it is over when the clock says so.
    clock.advance(pauses[seen++]!);
  }
  return { ending: await ended, pauses, clock };
}

test.each([
  TAKEN,
  { kind: 'pending' },
  { kind: 'refused', found: '400' },
  { kind: 'unreachable', found: 'x' },
] as const)('%j is the end', async (ending) => {
  const played = await play([ending], 30_000);
  expect(played).toMatchObject({ ending, pauses: [] });
  expect(played.clock.pendingTimers).toBe(0);
});

test('pauses double up to a cap, between the least and the ceiling', async () => {
  const least = await play([...Array(9).fill(retry()), TAKEN], 3_600_000, 0);
  expect(least.pauses).toEqual(Array(9).fill(100));
  const half = await play([...Array(9).fill(retry()), TAKEN], 3_600_000, 0.5);
  expect(half.pauses).toEqual([100, 150, 250, 450, 850, 1650, 2550, 2550, 2550]);
  expect(half.ending).toEqual(TAKEN);
});

test('Retry-After is kept, with the backoff on top', async () => {
  const { pauses } = await play([retry(1000), retry(2000), TAKEN], 30_000);
  expect(pauses).toEqual([1100, 2150]);
});

test('a Retry-After beyond the timeout ends it at once', async () => {
  const { ending, pauses } = await play([retry(60_000)], 30_000);
  expect([ending, pauses]).toEqual([{ kind: 'late', found: 'nobody', attempts: 1 }, []]);
});

test('the last attempts come shortly before the timeout, and then it is over', async () => {
  const { ending, pauses, clock } = await play([retry()], 2000, 1);
  const attempts = pauses.length + 1;
  expect(ending).toEqual({ kind: 'late', found: 'nobody', attempts });
  expect(clock.monotonicMs()).toBeGreaterThan(1900);
  expect(clock.monotonicMs()).toBeLessThan(2000);
  expect(attempts).toBeLessThan(12);
  expect(clock.pendingTimers).toBe(0);
});

test('an attempt that is cut off by the timeout does not hide what the one before it found', async () => {
  const cut: PushEnding = { kind: 'retry', found: 'no answer', afterMs: undefined };
  const { ending } = await play([retry(), cut], 300, 0, 150);
  expect(ending).toEqual({ kind: 'late', found: 'nobody', attempts: 2 });
  expect((await play([cut], 300, 0, 400)).ending).toEqual({ kind: 'late', found: 'no answer', attempts: 1 });
});

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const answered = (status: number, headers = {}, text = ''): HttpResult => ({
  kind: 'answered',
  status,
  headers,
  text,
});
const judged: [HttpResult, boolean, PushEnding][] = [
  [answered(200), false, { kind: 'taken', status: 200 }],
  [answered(202), false, TAKEN],
  [answered(204), false, { kind: 'taken', status: 204 }],
  [answered(200, { 'preference-applied': 'wait=10' }), true, { kind: 'taken', status: 200 }],
  [
    answered(200),
    true,
    {
      kind: 'taken',
      status: 200,
      warning: 'the server answered 200 and did not say that it waited for delivery (no Preference-Applied)',
    },
  ],
  [answered(202, { 'preference-applied': 'wait=10' }), true, { kind: 'pending' }],
  [answered(400, {}, 'Cannot parse'), false, { kind: 'refused', found: '400: Cannot parse' }],
  [answered(422), false, { kind: 'refused', found: '422' }],
  [
    answered(301, { location: '/x\n' }),
    false,
    { kind: 'refused', found: '301, a redirect to /x\\n, which is not followed' },
  ],
  [answered(408), false, { kind: 'retry', found: '408', afterMs: undefined }],
  [
    answered(429, { 'retry-after': '2' }),
    false,
    { kind: 'retry', found: '429 (with Retry-After of 2 s)', afterMs: 2000 },
  ],
  [
    answered(503, { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 'full'),
    false,
    { kind: 'retry', found: '503: full (with Retry-After of 5 s)', afterMs: 5000 },
  ],
  [answered(500), false, { kind: 'retry', found: '500', afterMs: undefined }],
  [{ kind: 'failed', detail: 'x', isFinal: true }, false, { kind: 'unreachable', found: 'x' }],
  [{ kind: 'failed', detail: 'x', isFinal: false }, false, { kind: 'retry', found: 'x', afterMs: undefined }],
];
test.each(judged)('%j, waiting %s, means %j', (ending, waits, expected) => {
  expect(judgeEnding(ending, waits, NOW_MS)).toEqual(expected);
});
