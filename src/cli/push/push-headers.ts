// The headers of --header, and hiding their values in what is shown of an answer. Values may be credentials: no message shows
// one, and a server may repeat what it was sent.
import { readFileSync } from 'node:fs';
import { redactSecrets } from '../../config/secret.ts';
import { UsageError } from '../command-ending.ts';
import type { HttpResult } from '../http-exchange.ts';

// https://www.rfc-editor.org/rfc/rfc9110#section-5.1
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What the command sets by its other options, or the connection by itself. */
const RESERVED: Readonly<Record<string, string>> = {
  'content-type': '--format',
  'content-encoding': '--no-gzip',
  prefer: '--wait',
  'content-length': 'no option',
  'transfer-encoding': 'no option',
  connection: 'no option',
  expect: 'no option',
};

/** Each argument is `Name: value`, or `@FILE` with one a line. Names in lower case. Throws UsageError. */
export function readPushHeaders(args: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of args.flatMap(linesOf)) addHeader(headers, line);
  return headers;
}

function linesOf(arg: string): string[] {
  if (!arg.startsWith('@')) return [arg];
  const lines = readHeaderFile(arg.slice(1)).split(/\r?\n/);
  return lines.filter((line) => line.trim() !== '');
}

function readHeaderFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`expected a readable file for --header @${file}, found ${code}`, { cause: error });
  }
}

function addHeader(headers: Record<string, string>, line: string): void {
  const at = line.indexOf(':');
  if (at === -1) throw new UsageError('expected --header "Name: value", found none with a colon');
  const name = line.slice(0, at);
  const value = line.slice(at + 1).trim();
  if (!HEADER_NAME.test(name))
    throw new UsageError('expected --header "Name: value", found one without a name before its colon');
  if (!HEADER_VALUE.test(value))
    throw new UsageError(`expected a value of Latin-1 characters for header ${name}, found others`);
  const key = name.toLowerCase();
  const option = Object.hasOwn(RESERVED, key) ? RESERVED[key] : undefined;
  if (option !== undefined)
    throw new UsageError(`expected a header that is free (${name} is set by ${option}), found ${name}`);
  if (Object.hasOwn(headers, key)) throw new UsageError(`expected header ${name} once, found it again`);
  headers[key] = value;
}

/** What is shorter is no credential, and would be found inside of words. */
const SHORTEST = 4;

/** `headers`: those of --header, and Authorization. */
export function hideCredentials(ending: HttpResult, headers: Readonly<Record<string, string>>): HttpResult {
  if (ending.kind === 'failed') return ending;
  const secrets = Object.values(headers)
    .flatMap(secretsIn)
    .filter(({ length }) => length >= SHORTEST);
  const hide = (text: string) => redactSecrets(text, secrets);
  const { location } = ending.headers;
  const shown = location === undefined ? {} : { location: hide(location) };
  return { ...ending, text: hide(ending.text), headers: { ...ending.headers, ...shown } };
}

/** The value, the part after a scheme such as Bearer, and user name and password of Basic. */
function secretsIn(value: string): string[] {
  const credential = value.replace(/^\S+\s+/, '');
  const pair = /^basic\s/i.test(value) ? Buffer.from(credential, 'base64').toString() : '';
  return [value, credential, pair, pair.replace(/^[^:]*:/, '')];
}
