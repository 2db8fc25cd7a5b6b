// The built command as a child with the benchmark's own configuration, and how much memory it takes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../bin/sluice.js', import.meta.url));

export type Level = 'queued' | 'stored' | 'delivered';

export interface StartedOptions {
  readonly level: Level;
  readonly backendUrl: string;
  readonly queueConfig?: Readonly<Record<string, unknown>>;
}

export class StartedSluice {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
  }

  /** With a spool for the levels that need one. */
  static async start({ level, backendUrl, queueConfig = {} }: StartedOptions): Promise<StartedSluice> {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
    const config = {
      listenAddress: '127.0.0.1:0',
      shutdownTimeout: '1s',
      push: { pushgateway: { acknowledge: level } },
      remoteWrite: [{ name: 'bench', url: backendUrl, queueConfig }],
      ...(level !== 'queued' && { spool: { directory: join(folder, 'spool'), maxSize: '4GiB' } }),
    };
    const file = join(folder, 'collector.yaml');
    writeFileSync(file, JSON.stringify(config));
    const child = spawn(process.execPath, [COMMAND, '--config', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new StartedSluice(child, folder, await listeningPort(child));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** `VmRSS`, or `VmHWM` for the most there ever was. */
  mebibytes(field: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  }

  /** What the spool takes on disk; 0 without one. */
  spoolMebibytes(): number {
    const files = readdirSync(this.#folder, { recursive: true, encoding: 'utf8' });
    const blocks = files.reduce((sum, file) => sum + statSync(join(this.#folder, file)).blocks, 0);
    return (blocks * 512) / 1024 / 1024;
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function listeningPort(child: ChildProcess): Promise<number> {
  let output = '';
  for await (const chunk of child.stdout!) {
    output += chunk;
    const port = /"address":"[^"]+:(\d+)","event":"listening"/.exec(output)?.[1];
    if (port === undefined) continue;
    // Its log would fill the pipe.
    child.stdout!.resume();
    return Number(port);
  }
  throw new Error(`Cannot start Sluice: it ended with\n${output}`);
}
