// How a command ends: exit codes, messages on standard error, wrong arguments, and signals. Used by all commands, so it
// loads no library.
import { ConfigError } from '../config/config-error.ts';

/** One table for all commands; --help shows it. */
export const EXIT = {
  fine: 0,
  /** The program cannot start, a configuration cannot be used, a push is refused for good, or Sluice is not ready. */
  failed: 1,
  usage: 2,
  lost: 3,
  /** A push was not taken in time. */
  late: 4,
  /** A push was taken, but not delivered within --wait. */
  pending: 5,
} as const;

/** Writes a line for people to standard error. */
export function printMessage(text: string): void {
  process.stderr.write(`sluice: ${text}\n`);
}

/** The reader of the output may close it early. That does not change the exit code. */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Arguments that a command cannot run with. The message follows `sluice: ` and holds no credentials. */
export class UsageError extends SyntaxError {
  override readonly name = 'UsageError';
}

/** Node's message for a wrong option, without its advice on arguments that begin with "-", which no command takes. */
export function optionProblem(error: unknown): string {
  return (error as Error).message.replace(/\. To specify a positional argument .*$/s, '');
}

/**
 * The message for what keeps the program from starting. Problems of a configuration say where they are. An error that is
 * not one of Sluice's own sentences is a defect, so its stack is shown.
 */
export function describeError(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.message.startsWith('Cannot ') ? `sluice: ${error.message}` : (error.stack ?? error.message);
}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Ends a small command at once on SIGINT or SIGTERM, with 128 + the signal's number. Calls `beforeExit` first. Without a
 * handler a program that is the first one of its container would not react to these signals.
 */
export function exitOnSignal(beforeExit: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      beforeExit(signal);
      process.exit(128 + SIGNAL_NUMBERS[signal]);
    });
  }
}
