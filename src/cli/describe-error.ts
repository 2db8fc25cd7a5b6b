// Turns what keeps the program from starting into a message.
import { ConfigError } from '../config/config-error.ts';

/** Problems of a configuration say where they are; what is not one of our sentences is a defect and shows its origin. */
export function describeError(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.message.startsWith('Cannot ') ? `sluice: ${error.message}` : (error.stack ?? error.message);
}
