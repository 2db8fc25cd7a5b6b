// `sluice wait-ready`: asks until Sluice takes pushes. Light enough for the health check of a container.
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, exitOnSignal, ignoreClosedOutput, printMessage, UsageError } from './command-ending.ts';
import { exchangeHttp, type HttpResult } from './http-exchange.ts';
import { type BaseUrl, durationOption, parseBaseUrl, parseOptions, readCaFile, showUrl } from './options.ts';

const WAIT_READY_USAGE = `sluice wait-ready waits until Sluice is ready to take pushes: until /-/ready answers 200.

usage: sluice wait-ready [--url URL] [--timeout DURATION]

  --url URL             where Sluice is, with or without the prefix of its push paths. Default: SLUICE_URL, or else this
                        machine on the port of LISTEN_ADDRESS, or else http://127.0.0.1:3030
  --timeout DURATION    give up after this time, default 30s; 0 asks once
  --ca-file FILE        certificates (PEM) to trust for https instead of the usual ones
  -q, --quiet           print nothing; see the exit status
  -h, --help

exit status: 0 ready
             1 not ready in time; the last reason is on standard error
             2 wrong arguments
`;

const OPTIONS = {
  url: { type: 'string' },
  timeout: { type: 'string', default: '30s' },
  'ca-file': { type: 'string' },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const PAUSE_MS = 200;
/** The longest time that one attempt takes, so that a server that hangs is asked again. */
const ATTEMPT_MS = 5000;

interface WaitReadyOptions {
  readonly base: BaseUrl;
  readonly timeoutMs: number;
  readonly ca: string | undefined;
  readonly isQuiet: boolean;
}

/** Returns the exit code. */
export async function waitReadyCommand(args: readonly string[]): Promise<number> {
  ignoreClosedOutput();
  try {
    const options = readOptions(args, process.env);
    if (options !== undefined) return await waitReady(options);
    process.stdout.write(WAIT_READY_USAGE);
    return EXIT.fine;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    printMessage(`${error.message}\nsee sluice wait-ready --help`);
    return EXIT.usage;
  }
}

function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): WaitReadyOptions | undefined {
  const values = parseOptions(args, OPTIONS, 'an address is named with --url URL');
  if (values.help) return undefined;
  const variable = env.SLUICE_URL === '' ? undefined : env.SLUICE_URL;
  const flag = values.url === undefined && variable !== undefined ? 'SLUICE_URL' : '--url';
  return {
    base: parseBaseUrl(values.url ?? variable ?? urlOfListener(env.LISTEN_ADDRESS), flag),
    timeoutMs: durationOption('--timeout', values.timeout, 0),
    ca: readCaFile(values['ca-file']),
    isQuiet: values.quiet,
  };
}

/** A listener on all addresses is reached at loopback. */
function urlOfListener(listenAddress = ''): string {
  const [, host = '', port = '3030'] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(listenAddress) ?? [];
  return `http://${['', '0.0.0.0', '[::]'].includes(host) ? '127.0.0.1' : host}:${port}`;
}

async function waitReady(options: WaitReadyOptions): Promise<number> {
  exitOnSignal(() => undefined);
  const path = `${options.base.path}/-/ready`;
  const found = await askUntilReady(path, options);
  if (found === undefined) return EXIT.fine;
  const within = options.timeoutMs === 0 ? '' : ` within ${options.timeoutMs / 1000} s`;
  const act = `find Sluice ready at ${showUrl(options.base, path)}`;
  if (!options.isQuiet) printMessage(`Cannot ${act}: expected 200${within}, found ${found}`);
  return EXIT.failed;
}

/** Undefined when Sluice is ready, else what the last attempt found. */
async function askUntilReady(
  path: string,
  { base, timeoutMs, ca }: WaitReadyOptions,
): Promise<string | undefined> {
  const { origin, authorization } = base;
  const headers = authorization === undefined ? {} : { authorization };
  const startMs = performance.now();
  const leftMs = () => timeoutMs - (performance.now() - startMs);
  let found: string | undefined;
  for (;;) {
    const attemptMs = timeoutMs === 0 ? ATTEMPT_MS : Math.min(ATTEMPT_MS, leftMs());
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(attemptMs)));
    const ending = await exchangeHttp({ origin, path, method: 'GET', headers, ca }, signal);
    if (ending.kind === 'answered' && ending.status === 200) return undefined;
    // An attempt that was cut off at the very end says less than the attempt before it.
    if (!signal.aborted || found === undefined || leftMs() > 0) found = describe(ending);
    if (leftMs() <= PAUSE_MS || (ending.kind === 'failed' && ending.isFinal)) return found;
    await sleep(PAUSE_MS);
  }
}

function describe(ending: HttpResult): string {
  if (ending.kind === 'failed') return ending.detail;
  return ending.text === '' ? String(ending.status) : `${ending.status}: ${ending.text}`;
}
