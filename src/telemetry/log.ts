// The log: one JSON event a line on standard output, readable lines on a terminal. Secrets never reach it: what could
// carry one is a `Secret`, and the fields named below are also blanked.
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config, LogLevel } from '../config/config.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>;

const SECRET_FIELDS = ['authorization', 'credentials', 'password', 'token', 'secret', 'cookie'];
const REDACTED_PATHS = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Opens the log on standard output. Each line is written before the call returns: none is lost at an abrupt end. */
export async function openLog(logging: Config['logging']): Promise<Log> {
  const output = destination({ fd: 1, sync: true });
  const isReadable =
    logging.format === 'pretty' || (logging.format === 'auto' && process.stdout.isTTY === true);
  return createLog(logging.level, isReadable ? await readableLines(output) : output);
}

/** A log that writes each event as a line of JSON to `stream`. */
export function createLog(level: LogLevel, stream: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '<redacted>' },
    },
    stream,
  );
}

/** Turns JSON lines into readable ones. The library is loaded only for a terminal. */
export async function readableLines(stream: DestinationStream, colorize = true): Promise<DestinationStream> {
  // The function hangs on the default export: a bundle offers a CommonJS library no other names.
  const { default: pretty } = await import('pino-pretty');
  const format = pretty.prettyFactory({
    colorize,
    messageKey: 'event',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line: string) => stream.write(format(line)) };
}
