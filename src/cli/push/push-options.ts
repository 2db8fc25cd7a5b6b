// The options of `sluice push`, read and checked.
import { UsageError } from '../command-ending.ts';
import { type BaseUrl, durationOption, parseBaseUrl, parseOptions } from '../options.ts';
import { readPushHeaders } from './push-headers.ts';
import { encodeGroupingPath, readPushLabels } from './push-labels.ts';

export interface PushOptions {
  readonly base: BaseUrl;
  /** Of the request: that of the base, then the grouping key. */
  readonly path: string;
  readonly method: string;
  /** `-` is standard input. */
  readonly file: string;
  readonly contentType: string;
  /** Those of --header, and Authorization if the URL has credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly waitSeconds: number | undefined;
  /** From the first attempt to the end of the last. */
  readonly timeoutMs: number;
  readonly caFile: string | undefined;
  readonly compresses: boolean;
  readonly allowsEmpty: boolean;
  readonly verbosity: Verbosity;
}

export type Verbosity = 'quiet' | 'usual' | 'verbose';

const DEFAULT_URL = 'http://127.0.0.1:3030/pushgateway';
const DEFAULT_TIMEOUT_MS = 30_000;
const SHORTEST_WAIT_MS = 1000;

const FORMATS: Readonly<Record<string, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
};

const OPTIONS = {
  url: { type: 'string' },
  job: { type: 'string' },
  label: { type: 'string', multiple: true, default: [] as string[] },
  file: { type: 'string', default: '-' },
  format: { type: 'string', default: 'text' },
  method: { type: 'string', default: 'POST' },
  header: { type: 'string', multiple: true, default: [] as string[] },
  wait: { type: 'string' },
  timeout: { type: 'string' },
  'ca-file': { type: 'string' },
  'no-gzip': { type: 'boolean', default: false },
  'allow-empty': { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  verbose: { type: 'boolean', short: 'v', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Undefined if the arguments ask for help. Throws UsageError. */
export function readPushOptions(args: readonly string[], env: NodeJS.ProcessEnv): PushOptions | undefined {
  const values = parseOptions(args, OPTIONS, 'a file is named with --file FILE');
  if (values.help) return undefined;
  const labels = readPushLabels(values.job, values.label);
  const base = readUrl(values.url, env.SLUICE_URL);
  const waitMs = values.wait === undefined ? 0 : durationOption('--wait', values.wait, SHORTEST_WAIT_MS);
  return {
    base,
    path: base.path + encodeGroupingPath(labels),
    method: oneOf('--method', values.method, ['POST', 'PUT']),
    file: values.file,
    contentType: FORMATS[oneOf('--format', values.format, Object.keys(FORMATS))]!,
    headers: withAuthorization(readPushHeaders(values.header), base.authorization),
    waitSeconds: waitMs === 0 ? undefined : Math.ceil(waitMs / 1000),
    timeoutMs: readTimeout(values.timeout, waitMs),
    caFile: values['ca-file'],
    compresses: !values['no-gzip'],
    allowsEmpty: values['allow-empty'],
    verbosity: readVerbosity(values.quiet, values.verbose),
  };
}

function readUrl(flag: string | undefined, variable: string | undefined): BaseUrl {
  const isVariable = flag === undefined && variable !== undefined && variable !== '';
  const name = isVariable ? 'SLUICE_URL' : '--url';
  const base = parseBaseUrl(flag ?? (isVariable ? variable : DEFAULT_URL), name);
  if (/\/metrics(?:\/|$)/.test(base.path))
    throw new UsageError(
      `expected ${name} to end before /metrics (--job and --label make the rest), found it in it`,
    );
  return base;
}

function oneOf(flag: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value;
  throw new UsageError(`expected ${flag} to be ${allowed.join(' or ')}, found "${value}"`);
}

function withAuthorization(headers: Record<string, string>, authorization: string | undefined) {
  if (authorization === undefined) return headers;
  if (headers.authorization !== undefined)
    throw new UsageError('expected credentials once, found them in the URL and in --header Authorization');
  return { ...headers, authorization };
}

/** The default does not count the wait for delivery: that is no time in which Sluice could not be reached. */
function readTimeout(text: string | undefined, waitMs: number): number {
  if (text === undefined) return DEFAULT_TIMEOUT_MS + waitMs;
  const timeoutMs = durationOption('--timeout', text, 1);
  // The wait goes out in whole seconds.
  if (timeoutMs <= Math.ceil(waitMs / 1000) * 1000)
    throw new UsageError(`expected --timeout to be longer than --wait, found --timeout ${text}`);
  return timeoutMs;
}

function readVerbosity(isQuiet: boolean, isVerbose: boolean): Verbosity {
  if (isQuiet && isVerbose) throw new UsageError('expected --quiet or --verbose, found both');
  if (isQuiet) return 'quiet';
  return isVerbose ? 'verbose' : 'usual';
}
