// Runs synchronous work under a deadline. A pattern that backtracks without end cannot be left by any check between
// steps, so the deadline is the engine's own: it ends even a single regular expression.
import { Script } from 'node:vm';

/** The work was ended at its deadline. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

const CALL = new Script('work()');

/** The result of `work`, which must leave nothing half changed: it can be cut off between any two instructions. */
export function runWithin<T>(timeoutMs: number, work: () => T): T {
  try {
    return CALL.runInNewContext({ work }, { timeout: timeoutMs }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new DeadlineError(`Cannot run query: expected an end within ${timeoutMs} ms, found none`, {
      cause: error,
    });
  }
}
