// Waits for a condition instead of for a time: polls it until it holds, or fails with what was waited for.

const POLL_MS = 2;

export async function waitUntil(holds: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`Cannot go on: expected ${what} within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
