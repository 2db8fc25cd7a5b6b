// `sluice push`: from standard input or a file to the push address of Sluice or a Pushgateway.
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { systemClock } from '../telemetry/clock.ts';
import { programVersion } from '../version.ts';
import { showUrl } from './base-url.ts';
import { EXIT } from './exit-codes.ts';
import { exitOnSignal } from './exit-on-signal.ts';
import { exchangeHttp, type HttpQuestion } from './http-exchange.ts';
import { gzipBody } from './push/gzip-body.ts';
import { type FinalEnding, pushAttempts } from './push/push-attempts.ts';
import { judgeEnding } from './push/push-ending.ts';
import { type PushOptions, readPushOptions } from './push/push-options.ts';
import { PUSH_USAGE } from './push/push-usage.ts';
import { inputName, readInput } from './push/read-input.ts';
import { ignoreClosedOutput, tell } from './tell.ts';
import { UsageError } from './usage-error.ts';

/** Returns the exit code. */
export async function pushCommand(args: readonly string[]): Promise<number> {
  ignoreClosedOutput();
  try {
    const options = readPushOptions(args, process.env);
    if (options !== undefined) return await push(options);
    process.stdout.write(PUSH_USAGE);
    return EXIT.fine;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    tell(`${error.message}\nsluice push --help tells what can be given`);
    return EXIT.usage;
  }
}

async function push(options: PushOptions): Promise<number> {
  const say = options.verbosity === 'quiet' ? () => undefined : tell;
  const note = options.verbosity === 'verbose' ? tell : () => undefined;
  const act = `push to ${showUrl(options.base, options.path)}`;
  exitOnSignal((signal) => say(`Cannot finish ${act}: ended by ${signal}; it may have been taken`));
  const question = await readQuestion(options, say, note);
  if (question === undefined) return EXIT.failed;
  const clock = systemClock();
  const attempt = async (signal: AbortSignal) =>
    judgeEnding(await exchangeHttp(question, signal), options.waitSeconds !== undefined, clock.nowMs());
  const onRetry = (found: string, waitMs: number) =>
    note(`found ${found}; next attempt in ${Math.ceil(waitMs)} ms`);
  const ending = await pushAttempts({ clock, random: Math.random, attempt, onRetry }, options.timeoutMs);
  if (ending.kind === 'taken') note(`${act} was taken: ${ending.status}`);
  for (const line of complaints(ending, act, options)) say(line);
  return exitCode(ending);
}

/** Undefined, with the reason told, where there is nothing to send. */
async function readQuestion(
  options: PushOptions,
  say: (text: string) => void,
  note: (text: string) => void,
): Promise<HttpQuestion | undefined> {
  const { base, path, method, file } = options;
  try {
    const ca = options.caFile === undefined ? undefined : readCaFile(options.caFile);
    if (file === '-' && isatty(0)) say('reads metrics from this terminal; Ctrl-D ends them, Ctrl-C gives up');
    const input = await readInput(file);
    if (input.length === 0 && !options.allowsEmpty) throw nothingIn(file);
    const { bytes, isCompressed } = options.compresses
      ? await gzipBody(input)
      : { bytes: input, isCompressed: false };
    note(`read ${input.length} bytes from ${inputName(file)}, sends ${bytes.length}`);
    return {
      origin: base.origin,
      path,
      method,
      headers: headersOf(options, bytes, isCompressed),
      body: bytes,
      ca,
    };
  } catch (error) {
    if (!isSentence(error)) throw error;
    say(error.message);
    return undefined;
  }
}

function headersOf(options: PushOptions, body: Uint8Array, isCompressed: boolean): Record<string, string> {
  const { contentType, headers, waitSeconds } = options;
  return {
    'user-agent': `sluice/${programVersion()} (push)`,
    'content-type': contentType,
    'content-length': String(body.length),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
    ...headers,
  };
}

function readCaFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot read --ca-file ${file}: expected a readable file, found ${code}`, {
      cause: error,
    });
  }
}

function nothingIn(file: string): Error {
  const cause = file === '-' ? ' (did the command before the pipe fail?)' : '';
  return new Error(
    `Cannot push ${inputName(file)}: expected metrics, found nothing${cause}; --allow-empty pushes nothing as well`,
  );
}

function isSentence(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Cannot ');
}

function complaints(ending: FinalEnding, act: string, options: PushOptions): string[] {
  switch (ending.kind) {
    case 'taken':
      return ending.warning === undefined ? [] : [`warning: ${ending.warning}`];
    case 'pending':
      return [
        `Cannot tell that the ${act} was delivered: expected it within the wait of ${options.waitSeconds} s, found it taken and still being sent`,
      ];
    case 'refused':
      return [`Cannot ${act}: expected 200 or 202, found ${ending.found}`];
    case 'unreachable':
      return [`Cannot ${act}: expected a connection, found ${ending.found}`];
    case 'late':
      return [
        `Cannot ${act}: expected it taken within ${options.timeoutMs / 1000} s, found ${ending.found} (attempts: ${ending.attempts})`,
      ];
  }
}

function exitCode(ending: FinalEnding): number {
  switch (ending.kind) {
    case 'taken':
      return EXIT.fine;
    case 'pending':
      return EXIT.pending;
    case 'refused':
      return EXIT.failed;
    case 'unreachable':
    case 'late':
      return EXIT.late;
  }
}
