// A real program as a child of the test. It ends with the test, whatever happens.
import { type ChildProcess, spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { onTestFinished } from 'vitest';
import { waitForValue } from '../../support/wait-for-value.ts';
import { findProgram } from './programs.ts';

const READY_TIMEOUT_MS = 30_000;

export class RunningProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isRunning = true;
  /** What it wrote, standard output and error together. */
  output = '';

  /**
   * `program`: a command, or the path of a program. Its standard input is closed when the test itself is killed.
   * `outlivesTest`: the caller stops it, for example when the tests of a file share it.
   */
  constructor(program: string, args: readonly string[], { outlivesTest = false } = {}) {
    const path = isAbsolute(program) ? program : findProgram(program);
    const child = spawn(path ?? program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        this.#isRunning = false;
        resolve();
      });
    });
    if (!outlivesTest) onTestFinished(() => this.stop('SIGKILL'));
  }

  /** Waits until it answers as `isReady` asks. */
  async whenReady(isReady: () => Promise<boolean>): Promise<void> {
    const answers = () => isReady().catch(() => false);
    const settled = async () => !this.#isRunning || (await answers());
    await waitForValue(settled, Boolean, `a ready ${this.#child.spawnfile}`, READY_TIMEOUT_MS);
    if (!this.#isRunning)
      throw new Error(`Cannot start ${this.#child.spawnfile}: it ended with\n${this.output}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#isRunning) this.#child.kill(signal);
    await this.#ended;
  }
}
