// A shell for README's commands: `sluice` is the built program, and the addresses README names are those of a running
// `sluice dev`.
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RunningSluice } from '../support/running-sluice.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PUSHES = '127.0.0.1:3030';
const QUERIES = '127.0.0.1:3031';
const TIMEOUT_MS = 15_000;

export class ReadmeShell {
  readonly sluice: RunningSluice;
  readonly #path: string;
  readonly #queries: string;

  private constructor(sluice: RunningSluice) {
    const folder = new TemporaryFolder();
    const command = folder.write(
      'sluice',
      `#!/bin/sh\nexec '${process.execPath}' '${ROOT}bin/sluice.js' "$@"\n`,
    );
    chmodSync(command, 0o755);
    this.sluice = sluice;
    this.#path = `${folder.path}:/usr/local/bin:/usr/bin:/bin`;
    this.#queries =
      /^ {2}http:\/\/(\S+)$/m.exec(sluice.command.stdout)?.[1] ?? 'no query address was printed';
  }

  static async start(): Promise<ReadmeShell> {
    const sluice = await RunningSluice.start(['dev'], { env: { LISTEN_ADDRESS: '127.0.0.1:0' } });
    await waitUntil(() => sluice.command.stdout.includes('Ctrl-C stops.'), 'the welcome text');
    return new ReadmeShell(sluice);
  }

  /** Runs commands at the top of the repository; rejects where one fails. */
  async run(commands: string): Promise<string> {
    const here = commands.replaceAll(PUSHES, this.sluice.address).replaceAll(QUERIES, this.#queries);
    const options = { cwd: ROOT, env: { PATH: this.#path }, timeout: TIMEOUT_MS };
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], options);
    return this.asInReadme(stdout);
  }

  /** What the started program has printed for people, without its log. */
  welcome(): string {
    const lines = this.sluice.command.stdout.split('\n').filter((line) => !line.startsWith('{'));
    return this.asInReadme(lines.join('\n'));
  }

  /** `text` with the addresses that README names. */
  asInReadme(text: string): string {
    return text.replaceAll(this.sluice.address, PUSHES).replaceAll(this.#queries, QUERIES);
  }
}
