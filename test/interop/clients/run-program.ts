// Runs programs of other people for the clients: arguments never go through a shell, and none runs for ever.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientReport } from './push-client.ts';

export interface ProgramOptions {
  readonly stdin?: string | Uint8Array;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

export interface ProgramEnd {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PUSH_TIMEOUT_MS = 60_000;
const PROXY = /^(?:https?|all)_proxy$/i;
/** A toolchain may fetch and compile all it needs. */
export const BUILD_TIMEOUT_MS = 900_000;

/** Where a client keeps what it builds: outside the repository, and there again in the next run. */
export function cacheFolder(id: string): string {
  const folder = join(tmpdir(), 'sluice-clients', id);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Rejects if the program cannot be started, or runs longer than it may. */
export function runProgram(
  file: string,
  args: readonly string[],
  { stdin = '', env = {}, cwd, timeoutMs = PUSH_TIMEOUT_MS }: ProgramOptions = {},
): Promise<ProgramEnd> {
  const child = spawn(file, args, {
    env: { ...withoutProxies(process.env), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // It may end before it has read all.
  child.stdin.on('error', () => undefined).end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL')
        return reject(new Error(`Cannot run ${file}: expected it to end within ${timeoutMs} ms\n${stderr}`));
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a step of a build; returns its standard output. Throws if it fails. */
export async function build(
  file: string,
  args: readonly string[],
  { env = {}, ...options }: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(file, args, {
    timeoutMs: BUILD_TIMEOUT_MS,
    env: { ...registryProxies(), ...env },
    ...options,
  });
  if (code !== 0)
    throw new Error(
      `Cannot build client: expected ${file} ${args[0]} to exit with 0, found ${code}\n${stderr}`,
    );
  return stdout;
}

/**
 * The first line that `<command> --version`, or what `args` say, prints. Throws if there is no such command;
 * `origin` then says where it comes from.
 */
export async function versionOf(
  command: string,
  origin: string,
  args: readonly string[] = ['--version'],
): Promise<string> {
  try {
    const { stdout, stderr } = await runProgram(command, args);
    return (stdout + stderr).split('\n')[0] ?? '';
  } catch (error) {
    const why = `Cannot run client: expected the command ${command} (${origin}), found none`;
    throw new Error(why, { cause: error });
  }
}

/** What a client program that keeps to the contract printed. Throws if it did not keep to it. */
export function readReport({ code, stdout, stderr }: ProgramEnd): ClientReport {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{'))
    throw new Error(
      `Cannot read report of a client: expected one line of JSON and exit code 0, found ${code}\n${stdout}${stderr}`,
    );
  const { ok, error } = JSON.parse(last) as ClientReport;
  return { ok, error };
}

/** A push goes to loopback, whatever this machine needs to reach the registries. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !PROXY.test(name)));
}

function registryProxies(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      PROXY.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}
