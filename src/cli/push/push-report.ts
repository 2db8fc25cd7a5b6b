// What `sluice push` says about its end, and the exit code for it.
import { EXIT } from '../exit-codes.ts';
import type { FinalEnding } from './push-attempts.ts';
import type { PushOptions } from './push-options.ts';

export interface PushReport {
  readonly code: number;
  /** Undefined where all went well. */
  readonly complaint: string | undefined;
}

/** `act` reads `push to <URL>`. */
export function reportPush(
  ending: FinalEnding,
  act: string,
  { waitSeconds, timeoutMs }: PushOptions,
): PushReport {
  switch (ending.kind) {
    case 'taken':
      return { code: EXIT.fine, complaint: ending.warning && `warning: ${ending.warning}` };
    case 'pending':
      return {
        code: EXIT.pending,
        complaint: `Cannot tell that the ${act} was delivered: expected it within the wait of ${waitSeconds} s, found it taken and still being sent`,
      };
    case 'refused':
      return { code: EXIT.failed, complaint: `Cannot ${act}: expected 200 or 202, found ${ending.found}` };
    case 'unreachable':
      return { code: EXIT.late, complaint: `Cannot ${act}: expected a connection, found ${ending.found}` };
    case 'late':
      return {
        code: EXIT.late,
        complaint: `Cannot ${act}: expected it taken within ${timeoutMs / 1000} s, found ${ending.found} (attempts: ${ending.attempts})`,
      };
  }
}
