// As wait-until.ts, for a value that takes time to read: reads it until it is accepted, or fails with what was seen last.
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 2;

export async function waitForValue<T>(
  read: () => Promise<T>,
  accepts: (value: T) => boolean,
  what: string,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (accepts(value)) return value;
    if (performance.now() > deadline)
      throw new Error(`Cannot go on: expected ${what} within ${timeoutMs} ms, seen ${String(value)}`);
    await setTimeout(POLL_MS);
  }
}
