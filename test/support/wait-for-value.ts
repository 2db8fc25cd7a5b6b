// Reads a value until it is accepted, or fails with what was read last. Like wait-until.ts, for values that take time to read.
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 2;

export async function waitForValue<T>(
  read: () => Promise<T>,
  accepts: (value: T) => boolean,
  what: string,
  timeoutMs = 60_000,
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
