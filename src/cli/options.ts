// The options of a command, read and checked: durations, the URL of Sluice, the CA file. Anything wrong with them is a
// UsageError. Credentials are taken out of the URL here, so that what is shown of it holds none.
import { readFileSync } from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { parseDuration } from '../config/units.ts';
import { quote } from '../wire/quoted-text.ts';
import { optionProblem, UsageError } from './command-ending.ts';

const LONGEST_MS = 24 * 86_400_000;

/** `hint` says how to give an argument that has no option. Throws UsageError. */
export function parseOptions<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  hint: string,
) {
  const parsed = parse(args, options);
  // Not shown: it may be the half of a header that a shell has split.
  if (parsed.positionals.length > 0)
    throw new UsageError(`expected only options (${hint}), found an argument without one`);
  return parsed.values;
}

function parse<O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(optionProblem(error), { cause: error });
  }
}

/** Milliseconds. Throws UsageError if `text` is no duration or out of bounds. */
export function durationOption(flag: string, text: string, leastMs: number): number {
  const ms = text === '' ? undefined : parseDuration(text);
  if (ms === undefined)
    throw new UsageError(`expected a duration such as 30s or 1m30s for ${flag}, found ${quote(text)}`);
  if (ms < leastMs || ms > LONGEST_MS)
    throw new UsageError(
      `expected ${flag} from ${leastMs === 0 ? '0' : `${leastMs}ms`} to 24d, found ${quote(text)}`,
    );
  return ms;
}

export interface BaseUrl {
  readonly origin: URL;
  /** Without slashes at its end; empty for the root. As it was given, since a request carries it so. */
  readonly path: string;
  /** Value of the header Authorization. */
  readonly authorization: string | undefined;
}

/** Throws UsageError. */
export function parseBaseUrl(text: string, flag: string): BaseUrl {
  const url = parseUrl(text, flag);
  if (url.search !== '' || url.hash !== '')
    throw new UsageError(`expected ${flag} without "?" and "#", found one of them`);
  const authorization = basicAuthorization(url, flag);
  return { origin: new URL(url.origin), path: url.pathname.replace(/\/+$/, ''), authorization };
}

/** For people: without credentials. */
export function showUrl(base: BaseUrl, path: string): string {
  return `${base.origin.origin}${path}`;
}

function parseUrl(text: string, flag: string): URL {
  const isHttp = /^https?:\/\//i.test(text);
  if (!isHttp || !URL.canParse(text))
    throw new UsageError(
      `expected ${flag} to be a URL such as http://127.0.0.1:3030, found ${isHttp ? 'one that cannot be read' : 'none with http:// or https:// in front'}`,
    );
  return new URL(text);
}

function basicAuthorization({ username, password }: URL, flag: string): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch (error) {
    throw new UsageError(`expected percent-encoded user and password in ${flag}, found others`, {
      cause: error,
    });
  }
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** The certificates of --ca-file in PEM; undefined without a file. Throws an Error with a sentence for people. */
export function readCaFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const pem = readPem(file);
  const certificates = pem.match(CERTIFICATE) ?? [];
  const found = certificates.length === 0 ? 'none' : 'a damaged one';
  if (certificates.length === 0 || !certificates.every(isSound))
    throw new Error(`Cannot use --ca-file ${file}: expected certificates in PEM, found ${found}`);
  return pem;
}

/** Node ignores one that it cannot read, and then refuses every server. */
function isSound(pem: string): boolean {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot read --ca-file ${file}: expected a readable file, found ${code}`, {
      cause: error,
    });
  }
}
