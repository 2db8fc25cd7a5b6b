// An execution environment: the extension and a function as real programs with a stand-in of Lambda's APIs, which can be
// frozen together. Nothing of it outlives its test.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { builtFile } from '../built-file.ts';
import { waitUntil } from '../wait-until.ts';
import { FakeLambda, type FakeLambdaOptions } from './fake-lambda.ts';

export interface EnvironmentOptions extends FakeLambdaOptions {
  /** Added to the environment of the extension. */
  readonly env?: Readonly<Record<string, string>>;
  /** There is none if the extension is not expected to listen. */
  readonly hasFunction?: boolean;
}

const HANDLER = fileURLToPath(new URL('./handler.ts', import.meta.url));

export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

export class LambdaEnvironment {
  readonly lambda: FakeLambda;
  readonly extension: ChildProcess;
  /** Where the extension takes pushes. */
  address = '';
  stdout = '';
  stderr = '';
  /** Its exit code, or the signal that killed it. */
  ending: number | string | undefined;
  readonly #children: ChildProcess[] = [];

  private constructor(lambda: FakeLambda, env: Readonly<Record<string, string>>) {
    this.lambda = lambda;
    // What the layers are made of. It starts in a quarter of the time that the sources take.
    this.extension = this.#spawn(builtFile('lambda.cjs'), {
      AWS_LAMBDA_RUNTIME_API: lambda.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: 'function',
      LAMBDA_TASK_ROOT: '/nowhere',
      LISTEN_ADDRESS: '127.0.0.1:0',
      LOGGING_LEVEL: 'debug',
      SLUICE_LAMBDA_TELEMETRY_ADDRESS: '127.0.0.1:0',
      ...env,
    });
    this.extension.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.extension.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.extension.once('close', (code, signal) => {
      this.ending = code ?? signal ?? 1;
    });
  }

  /** Resolves when the extension and the function wait for the first event. */
  static async start({ env = {}, hasFunction = true, ...options }: EnvironmentOptions = {}) {
    const lambda = await FakeLambda.start(options);
    const environment = new LambdaEnvironment(lambda, env);
    onTestFinished(() => environment.#kill());
    if (!hasFunction) return environment;
    await environment.until(() => environment.#listening() !== undefined, 'a listening extension');
    environment.address = environment.#listening()!;
    const handler = environment.#spawn(HANDLER, {
      AWS_LAMBDA_RUNTIME_API: lambda.endpoint,
      SLUICE_ADDRESS: environment.address,
    });
    handler.stderr!.pipe(process.stderr, { end: false });
    await environment.until(() => lambda.isIdle, 'runtime and extension to wait for an event');
    return environment;
  }

  /** As `waitUntil`, but ends with the extension and says what it has said. */
  async until(holds: () => boolean, what: string): Promise<void> {
    await waitUntil(() => holds() || this.ending !== undefined, what);
    if (!holds()) throw new Error(`Cannot go on: the extension ended with ${this.ending}\n${this.stderr}`);
  }

  /** Stops the programs, as Lambda does once all of them wait for the next event. */
  async freeze(): Promise<void> {
    await this.lambda.idle();
    for (const child of this.#children) child.kill('SIGSTOP');
  }

  thaw(): void {
    for (const child of this.#children) child.kill('SIGCONT');
  }

  logs(event: string): readonly LogLine[] {
    const lines = this.stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as LogLine).filter((line) => line.event === event);
  }

  /** As `logs`, once there are `count` of them: what a program has logged takes a moment to get here. */
  async logged(event: string, count = 1): Promise<readonly LogLine[]> {
    await waitUntil(() => this.logs(event).length >= count, `${count} lines of ${event}`);
    return this.logs(event);
  }

  async ended(): Promise<number | string | undefined> {
    await waitUntil(() => this.ending !== undefined, 'the end of the extension');
    return this.ending;
  }

  #listening(): string | undefined {
    return /"address":"([^"]+)","event":"listening"/.exec(this.stdout)?.[1];
  }

  #spawn(file: string, env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.push(child);
    return child;
  }

  async #kill(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await waitUntil(
      () => this.#children.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null),
      'the end of the children',
    );
  }
}
