import { expect, test } from 'vitest';
import { type Fetched, RenewedValue } from '../../../src/delivery/auth/renewed-value.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const NEVER = new AbortController().signal;

/** A value whose fetches the test ends by itself. */
function renewed(earlyMs = 10) {
  const clock = new FakeClock();
  const fetches: {
    signal: AbortSignal;
    end: (value: string, lifetimeMs?: number) => void;
    fail: () => void;
  }[] = [];
  const fetch = (signal: AbortSignal) =>
    new Promise<Fetched<string>>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      fetches.push({
        signal,
        end: (value, lifetimeMs = 1000) => resolve({ value, lifetimeMs }),
        fail: () => reject(new Error('no value')),
      });
    });
  const value = new RenewedValue({ fetch, clock, earlyMs });
  const get = (signal = NEVER) => value.get(signal);
  const first = async () => {
    const got = get();
    fetches[0]?.end('a');
    expect(await got).toBe('a');
  };
  return { value, clock, fetches, get, first };
}

test('a fetch that fails rejects for all callers that wait, and the next caller starts another', async () => {
  const { fetches, get } = renewed();
  const both = [get(), get()];
  fetches[0]?.fail();
  for (const one of both) await expect(one).rejects.toThrow('no value');
  const next = get();
  fetches[1]?.end('a');
  expect(await next).toBe('a');
  expect(fetches.length).toBe(2);
});

test('a caller that stops waiting does not stop the fetch for the others', async () => {
  const { fetches, get } = renewed();
  const leaver = new AbortController();
  const [left, stays] = [get(leaver.signal), get()];
  leaver.abort(new Error('I leave'));
  await expect(left).rejects.toThrow('I leave');
  await expect(get(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  fetches[0]?.end('a');
  expect(await stays).toBe('a');
});

test('a close ends a fetch that is going on', async () => {
  const { value, get } = renewed();
  const waiting = get();
  value.close();
  await expect(waiting).rejects.toThrow('closed');
});

test('only the value that is dropped is fetched again', async () => {
  const { value, fetches, get, first } = renewed();
  await first();
  value.drop('an older one');
  expect(await get()).toBe('a');
  value.drop('a');
  const next = get();
  fetches[1]?.end('b');
  expect(await next).toBe('b');
});

test('callers get the old value while the next one is fetched, which is tried at most once a second', async () => {
  const { clock, fetches, get, first } = renewed(100_000);
  await first();
  clock.advance(899);
  await get();
  expect(fetches.length).toBe(1);
  clock.advance(1);
  expect([await get(), await get()]).toEqual(['a', 'a']);
  expect(fetches.length).toBe(2);
  fetches[1]?.fail();
  await new Promise(setImmediate);
  expect(await get()).toBe('a');
  expect(fetches.length).toBe(2);
  clock.advance(100);
  const ended = get();
  fetches[2]?.end('b');
  expect(await ended).toBe('b');
});
