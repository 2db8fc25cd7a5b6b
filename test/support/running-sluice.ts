// The real command as a child: bin/sluice.js with the program built into dist/. It never outlives its test.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { builtFile } from './built-file.ts';
import { type HttpAnswer, type Push, sendHttp, sendPush } from './http-client.ts';
import { waitUntil } from './wait-until.ts';

const ROOT = new URL('../../', import.meta.url);
const COMMAND = fileURLToPath(new URL('bin/sluice.js', ROOT));

export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

export interface SpawnOptions {
  /** All of its environment: nothing of the test's own gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** A process group of its own, as a terminal gives one. */
  readonly ownGroup?: boolean;
  /** Standard input, which ends after it. `open` leaves it open; undefined: none. */
  readonly stdin?: string | Uint8Array | 'open';
}

/** How it ended: an exit code, or the signal that killed it. */
export type Ending = number | NodeJS.Signals;

export class SluiceCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  ending: Ending | undefined;
  stdout = '';
  stderr = '';

  constructor(
    args: readonly string[],
    { env = {}, node = process.execPath, ownGroup, stdin }: SpawnOptions = {},
  ) {
    builtFile('sluice.js');
    const child = spawn(node, [COMMAND, ...args], {
      env: { ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: ownGroup === true,
    });
    this.child = child;
    // A command that refuses its arguments does not read.
    child.stdin?.on('error', () => undefined);
    if (stdin !== undefined && stdin !== 'open') child.stdin?.end(stdin);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      // Unlike `exit`, this comes after the last output.
      child.once('close', (code, signal) => {
        this.ending = code ?? signal ?? 1;
        resolve(this.ending);
      });
    });
    onTestFinished(async () => {
      // The group may outlive its first member.
      if (ownGroup === true) killGroup(child.pid);
      else if (this.ending === undefined) child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Standard output as the log's lines; throws if one is not JSON. */
  logs(): readonly LogLine[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as LogLine);
  }
}

export class RunningSluice {
  readonly command: SluiceCommand;
  /** Host and port, as logged. */
  readonly address: string;

  private constructor(command: SluiceCommand, address: string) {
    this.command = command;
    this.address = address;
  }

  static async start(args: readonly string[], options?: SpawnOptions): Promise<RunningSluice> {
    const command = new SluiceCommand(args, options);
    const address = () => /"address":"([^"]+)","event":"listening"/.exec(command.stdout)?.[1];
    await waitUntil(() => address() !== undefined || command.ending !== undefined, 'a listening Sluice');
    const bound = address();
    if (bound === undefined) throw new Error(`Cannot start Sluice: it ended with\n${command.stderr}`);
    return new RunningSluice(command, bound);
  }

  push(body: string | Uint8Array, push?: Push): Promise<HttpAnswer> {
    return sendPush(this.address, body, push);
  }

  get(target: string): Promise<HttpAnswer> {
    return sendHttp(this.address, { target });
  }

  async metrics(): Promise<string> {
    return (await this.get('/metrics')).text;
  }

  logs(): readonly LogLine[] {
    return this.command.logs();
  }

  /** Waits for the first line of an event. */
  async logged(event: string): Promise<LogLine> {
    const find = () => this.logs().find((line) => line.event === event);
    await waitUntil(() => find() !== undefined, `a line about ${event}`);
    return find()!;
  }

  signal(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.command.child.kill(signal);
  }

  stop(signal?: NodeJS.Signals): Promise<Ending> {
    this.signal(signal);
    return this.command.ended;
  }
}

/** Runs the command to its end. */
export async function runSluice(args: readonly string[], options?: SpawnOptions): Promise<SluiceCommand> {
  const command = new SluiceCommand(args, options);
  await command.ended;
  return command;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The process group has ended.
  }
}
