// `sluice push`: pushes metrics from standard input or a file to Sluice or a Pushgateway.
import { isatty } from 'node:tty';
import { systemClock } from '../telemetry/clock.ts';
import { EXIT, exitOnSignal, ignoreClosedOutput, printMessage, UsageError } from './command-ending.ts';
import { exchangeHttp, type OutgoingRequest } from './http-exchange.ts';
import { showUrl } from './options.ts';
import { pushAttempts } from './push/push-attempts.ts';
import { hideCredentials } from './push/push-headers.ts';
import { type PushOptions, readPushOptions } from './push/push-options.ts';
import { buildPushRequest } from './push/push-request.ts';
import type { FinalEnding } from './push/push-result.ts';
import { judgeEnding, reportPush } from './push/push-result.ts';
import { PUSH_USAGE } from './usage.ts';

type Print = (text: string) => void;

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
    printMessage(`${error.message}\nsee sluice push --help`);
    return EXIT.usage;
  }
}

async function push(options: PushOptions): Promise<number> {
  const say: Print = options.verbosity === 'quiet' ? () => undefined : printMessage;
  const note: Print = options.verbosity === 'verbose' ? printMessage : () => undefined;
  const act = `push to ${showUrl(options.base, options.path)}`;
  let known = 'nothing was sent';
  exitOnSignal((signal) => say(`Cannot finish the ${act}: ended by ${signal}; ${known}`));
  if (options.file === '-' && isatty(0))
    say('reading metrics from this terminal; Ctrl-D ends them, Ctrl-C gives up');
  const request = await orPrint(() => buildPushRequest(options, note), say);
  if (request === undefined) return EXIT.failed;
  known = 'it may have been taken';
  const ending = await send(request, options, note);
  if (ending.kind === 'taken') note(`the ${act} was taken: ${ending.status}`);
  const { code, complaint } = reportPush(ending, act, options);
  if (complaint !== undefined) say(complaint);
  return code;
}

/** Undefined if `read` threw an error with a sentence for people, which was printed. */
async function orPrint<T>(read: () => Promise<T>, say: Print): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('Cannot ')) throw error;
    say(error.message);
    return undefined;
  }
}

function send(request: OutgoingRequest, options: PushOptions, note: Print): Promise<FinalEnding> {
  const clock = systemClock();
  const waits = options.waitSeconds !== undefined;
  return pushAttempts(
    {
      clock,
      random: Math.random,
      attempt: async (signal) => {
        const ending = hideCredentials(await exchangeHttp(request, signal), options.headers);
        return judgeEnding(ending, waits, clock.nowMs());
      },
      onRetry: (found, waitMs) => note(`found ${found}; next attempt in ${Math.ceil(waitMs)} ms`),
    },
    options.timeoutMs,
  );
}
