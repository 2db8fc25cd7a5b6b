// Ends a small command at once when it is told to. Without a handler a program that is the first of its container would
// not hear SIGINT and SIGTERM at all.

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** `lastWords` come before the exit with 128 + the signal's number, as of a program that a signal has ended. */
export function exitOnSignal(lastWords: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      lastWords(signal);
      process.exit(128 + NUMBERS[signal]);
    });
  }
}
