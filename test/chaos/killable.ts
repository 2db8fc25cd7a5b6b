// A program that is started, killed and started again in the same place. It never outlives this one.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface KillableOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Answers 200 once the program takes pushes. */
  readonly readyUrl: string;
}

export type Ending = number | NodeJS.Signals;

const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 30_000;
const POLL_MS = 5;
const MAX_OUTPUT = 20_000;

export class Killable {
  readonly #options: KillableOptions;
  readonly #killAtExit = () => this.#child?.kill('SIGKILL');
  #child: ChildProcess | undefined;
  #ended: Promise<Ending> | undefined;
  #output = '';

  constructor(options: KillableOptions) {
    this.#options = options;
    process.on('exit', this.#killAtExit);
  }

  start(): void {
    const { command, args } = this.#options;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-MAX_OUTPUT);
      });
    }
    this.#child = child;
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
    });
    // Looked at when it is waited for.
    this.#ended.catch(() => {});
  }

  /** Rejects if the program has ended by itself, with its last output. */
  assertRuns(): void {
    const { exitCode, signalCode } = this.#child!;
    if (exitCode === null && signalCode === null) return;
    throw new Error(`${this.#options.command} ended by itself (${exitCode ?? signalCode}):\n${this.#output}`);
  }

  async whenReady(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await isReady(this.#options.readyUrl))) {
      this.assertRuns();
      if (performance.now() > deadline)
        throw new Error(
          `${this.#options.command} is not ready after ${READY_TIMEOUT_MS} ms:\n${this.#output}`,
        );
      await pause(POLL_MS);
    }
  }

  /** Sends the signal and waits for the end, which must not take long. */
  async end(signal: NodeJS.Signals): Promise<Ending> {
    this.#child!.kill(signal);
    const tooLong = new AbortController();
    const timeout = pause(END_TIMEOUT_MS, undefined, { signal: tooLong.signal }).then(() => {
      throw new Error(`${this.#options.command} runs ${END_TIMEOUT_MS} ms after ${signal}:\n${this.#output}`);
    });
    return Promise.race([this.#ended!, timeout]).finally(() => tooLong.abort());
  }

  /** As `end`, by force, and for good. */
  async dispose(): Promise<void> {
    process.off('exit', this.#killAtExit);
    if (this.#child !== undefined) await this.end('SIGKILL');
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })).ok;
  } catch {
    return false;
  }
}

/** Below the ports that systems give to outgoing connections, so that no other program takes it between a kill and the next start. */
export async function fixedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
