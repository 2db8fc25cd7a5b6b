// `sluice push`: from standard input or a file to the push address of Sluice or a Pushgateway.
import { isatty } from 'node:tty';
import { systemClock } from '../telemetry/clock.ts';
import { showUrl } from './base-url.ts';
import { EXIT } from './exit-codes.ts';
import { exitOnSignal } from './exit-on-signal.ts';
import { exchangeHttp, type HttpQuestion } from './http-exchange.ts';
import { hideCredentials } from './push/hide-credentials.ts';
import { type FinalEnding, pushAttempts } from './push/push-attempts.ts';
import { judgeEnding } from './push/push-ending.ts';
import { type PushOptions, readPushOptions } from './push/push-options.ts';
import { readPushQuestion } from './push/push-question.ts';
import { reportPush } from './push/push-report.ts';
import { PUSH_USAGE } from './push/push-usage.ts';
import { ignoreClosedOutput, tell } from './tell.ts';
import { UsageError } from './usage-error.ts';

type Tell = (text: string) => void;

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
  const say: Tell = options.verbosity === 'quiet' ? () => undefined : tell;
  const note: Tell = options.verbosity === 'verbose' ? tell : () => undefined;
  const act = `push to ${showUrl(options.base, options.path)}`;
  let known = 'nothing was sent';
  exitOnSignal((signal) => say(`Cannot finish the ${act}: ended by ${signal}; ${known}`));
  if (options.file === '-' && isatty(0))
    say('reads metrics from this terminal; Ctrl-D ends them, Ctrl-C gives up');
  const question = await orSay(() => readPushQuestion(options, note), say);
  if (question === undefined) return EXIT.failed;
  known = 'it may have been taken';
  const ending = await send(question, options, note);
  if (ending.kind === 'taken') note(`the ${act} was taken: ${ending.status}`);
  const { code, complaint } = reportPush(ending, act, options);
  if (complaint !== undefined) say(complaint);
  return code;
}

/** Undefined where what was thrown is a sentence, and was said. */
async function orSay<T>(read: () => Promise<T>, say: Tell): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('Cannot ')) throw error;
    say(error.message);
    return undefined;
  }
}

function send(question: HttpQuestion, options: PushOptions, note: Tell): Promise<FinalEnding> {
  const clock = systemClock();
  const waits = options.waitSeconds !== undefined;
  return pushAttempts(
    {
      clock,
      random: Math.random,
      attempt: async (signal) => {
        const ending = hideCredentials(await exchangeHttp(question, signal), options.headers);
        return judgeEnding(ending, waits, clock.nowMs());
      },
      onRetry: (found, waitMs) => note(`found ${found}; next attempt in ${Math.ceil(waitMs)} ms`),
    },
    options.timeoutMs,
  );
}
