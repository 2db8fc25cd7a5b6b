// A reader's terminals for one page, in a fresh clone: one for commands, which keeps variables and folder from block to block,
// and one for the program that a page starts and leaves running.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { cloneInto, linkInstalled } from './fresh-folder.ts';
import { ROOT } from './page.ts';
import type { PageAddresses } from './page-addresses.ts';

const REPOSITORY = fileURLToPath(ROOT);
/** What the last command left: exported variables and the folder. */
const KEEP = `trap 'export -p > "$KEPT/variables"; pwd > "$KEPT/folder"' EXIT`;
const RESTORE = 'if [ -e "$KEPT/variables" ]; then . "$KEPT/variables"; cd "$(cat "$KEPT/folder")"; fi';
const STOP_TIMEOUT_MS = 5_000;
/** Of the environment of the tests: what npm needs to reach its registry. */
const PASSED_ON =
  /^(?:npm_config_(?:registry|cache|userconfig)|NODE_EXTRA_CA_CERTS|(?:https?|all)_proxy|GO\w+|CI|LANG)$/i;

export interface ShellOptions {
  /** Whether `npm ci` is run as it is; else it finds everything installed. */
  readonly installs: boolean;
  /** Whether the page begins where README's quick start ends: installed and built. */
  readonly isInstalled: boolean;
  /** Whether the sources may be links: nothing makes an image or a package of the folder. */
  readonly linksSources: boolean;
  readonly addresses: PageAddresses;
}

export interface CommandEnd {
  readonly code: number;
  /** Standard output and standard error, as a terminal shows them. */
  readonly printed: string;
}

export class PageShell {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #addresses: PageAddresses;

  constructor({ installs, isInstalled, linksSources, addresses }: ShellOptions) {
    const root = new TemporaryFolder().path;
    this.folder = join(root, 'sluice');
    this.#addresses = addresses;
    cloneInto(this.folder, { linksSources });
    if (isInstalled) linkInstalled(this.folder);
    for (const name of ['home', 'kept', 'npm', 'commands', 'last']) mkdirSync(join(root, name));
    writeFileSync(join(root, 'home', '.curlrc'), 'no-progress-meter\n');
    const links = `ln -sfn '${REPOSITORY}node_modules' '${REPOSITORY}dist' .`;
    const npm = findCommand('npm');
    if (!installs)
      writeCommand(join(root, 'commands', 'npm'), `[ "$1" = ci ] && exec ${links}\nexec '${npm}' "$@"`);
    // After all others: a page that installs the command gets what it has installed.
    writeCommand(
      join(root, 'last', 'sluice'),
      `exec '${process.execPath}' '${REPOSITORY}bin/sluice.js' "$@"`,
    );
    this.#env = { ...environment(root), LISTEN_ADDRESS: addresses.pushAddress };
  }

  /** Runs the commands of a block in the terminal for commands. */
  async run(commands: string, timeoutMs: number): Promise<CommandEnd> {
    const child = this.#spawn(`${RESTORE}\n${KEEP}\n${commands}`);
    const timer = setTimeout(() => killGroup(child.process, 'SIGKILL'), timeoutMs);
    const code = await child.ended;
    clearTimeout(timer);
    return { code, printed: this.#addresses.toPage(child.printed()) };
  }

  start(commands: string): BackgroundCommand {
    return new BackgroundCommand(this.#spawn(`${RESTORE}\n${commands}`), this.#addresses);
  }

  #spawn(commands: string): Spawned {
    const script = `set -euo pipefail; set -a\n${this.#addresses.toHere(commands)}`;
    return spawnBash(script, { cwd: this.folder, env: this.#env });
  }
}

export class BackgroundCommand {
  readonly #child: Spawned;
  readonly #addresses: PageAddresses;

  constructor(child: Spawned, addresses: PageAddresses) {
    this.#child = child;
    this.#addresses = addresses;
  }

  get hasEnded(): boolean {
    return this.#child.process.exitCode !== null || this.#child.process.signalCode !== null;
  }

  /** What it has printed so far, which may have its address. */
  learnAddresses(): void {
    this.#addresses.learnQueryPort(this.#child.printed());
  }

  /** As the page would show it. */
  printed(): string {
    this.learnAddresses();
    return this.#addresses.toPage(this.#child.printed());
  }

  /** As Ctrl-C or the end of its terminal does; killed if that takes too long. */
  async stop(): Promise<void> {
    killGroup(this.#child.process, 'SIGTERM');
    const timer = setTimeout(() => killGroup(this.#child.process, 'SIGKILL'), STOP_TIMEOUT_MS);
    await this.#child.ended;
    clearTimeout(timer);
  }
}

interface Spawned {
  readonly process: ChildProcess;
  readonly ended: Promise<number>;
  readonly printed: () => string;
}

/** In its own process group, so that everything it starts ends with it. */
function spawnBash(script: string, options: { cwd: string; env: Readonly<Record<string, string>> }): Spawned {
  const child = spawn('bash', ['-c', script], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal === null ? (code ?? 1) : 128));
  });
  onTestFinished(() => killGroup(child, 'SIGKILL'));
  return { process: child, ended, printed: () => printed };
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The process group has ended.
  }
}

function environment(root: string): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    PASSED_ON.test(name) && value !== undefined ? [[name, value]] : [],
  );
  const folders = [
    join(root, 'npm', 'bin'),
    join(root, 'commands'),
    process.env.PATH ?? '',
    '/usr/sbin',
    join(root, 'last'),
  ];
  return {
    ...cachesOf(homedir()),
    ...Object.fromEntries(inherited),
    PATH: folders.join(delimiter),
    HOME: join(root, 'home'),
    KEPT: join(root, 'kept'),
    no_proxy: '127.0.0.1,localhost',
    npm_config_prefix: join(root, 'npm'),
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
}

/** Caches and sources of the tools: all of the reader's home that a page may use. */
function cachesOf(home: string): Record<string, string> {
  return {
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_cache: join(home, '.npm'),
    GOENV: join(home, '.config/go/env'),
    GOPATH: join(home, 'go'),
    GOCACHE: join(home, '.cache/go-build'),
  };
}

function writeCommand(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function findCommand(name: string): string {
  return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}
