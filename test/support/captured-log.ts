// A log whose lines a test can read.
import type { LogLevel } from '../../src/config/config.ts';
import { createLog, type Log } from '../../src/telemetry/log.ts';

export interface CapturedLog {
  readonly log: Log;
  readonly lines: string[];
  /** The lines as objects, without their time. */
  entries(): object[];
}

export function captureLog(level: LogLevel = 'info'): CapturedLog {
  const lines: string[] = [];
  const log = createLog(level, { write: (line) => lines.push(line) });
  const entries = () =>
    lines.map((line) => {
      const { time: _, ...entry } = JSON.parse(line);
      return entry;
    });
  return { log, lines, entries };
}
