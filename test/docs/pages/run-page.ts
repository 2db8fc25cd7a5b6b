// Goes through a page as a reader does, from the top: runs what it says, in a fresh clone, and compares what comes out with
// what it shows.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startReceiver } from '../../support/delivery-setup.ts';
import { waitForValue } from '../../support/wait-for-value.ts';
import { type Page, type PageBlock, ROOT } from './page.ts';
import { EXAMPLE_BACKEND, PageAddresses } from './page-addresses.ts';
import { type BackgroundCommand, type CommandEnd, PageShell } from './page-shell.ts';
import { masked, shows, showsAmong } from './shown-output.ts';
import { type Step, stepsOf } from './steps.ts';
import type { Treatment } from './treatment.ts';

export interface PageRun {
  /** Whether blocks are run that need more than Node and curl, and `npm ci` as it is. */
  readonly isWhole: boolean;
  /** How a completed program of a frame is run: the command, for the path of the program. */
  readonly frames: Readonly<Record<string, (program: string) => Promise<string>>>;
}

const COMMAND_TIMEOUT_MS = 60_000;
const WHOLE_COMMAND_TIMEOUT_MS = 600_000;
const ANSWER_TIMEOUT_MS = 15_000;
/** On a busy machine; it may be built first. */
const START_TIMEOUT_MS = 60_000;
/** `npm ci` goes before what is started. */
const WHOLE_START_TIMEOUT_MS = 300_000;
/** Asks for what arrives a moment after it was pushed, so it may be asked again. */
const QUERY = /\/api\/v1\/(?:query|series|labels)|\/metrics(?!\/)/;
const PROGRAM_NAMES: Readonly<Record<string, string>> = {
  go: 'main.go',
  java: 'Program.java',
  js: 'program.mjs',
  python: 'program.py',
};

export async function runPage(page: Page, run: PageRun): Promise<void> {
  const reader = await Reader.of(page, run);
  for (const { value } of page.marks) await reader.start(value, '', page.name);
  for (const step of stepsOf(page)) await reader.follow(step);
  await reader.end();
}

class Reader {
  readonly #shell: PageShell;
  readonly #addresses: PageAddresses;
  readonly #run: PageRun;
  readonly #arrived: () => number;
  #background: BackgroundCommand | undefined;
  #usesBackend = false;

  private constructor(shell: PageShell, addresses: PageAddresses, run: PageRun, arrived: () => number) {
    this.#shell = shell;
    this.#addresses = addresses;
    this.#run = run;
    this.#arrived = arrived;
  }

  static async of(page: Page, run: PageRun): Promise<Reader> {
    const receiver = await startReceiver([{}], { allowsRepeats: true });
    const text = page.blocks.map((block) => block.text).join('');
    const addresses = await PageAddresses.of(text, receiver.url());
    const isReadme = page.name === 'README.md';
    const shell = new PageShell({
      installs: run.isWhole && isReadme,
      isInstalled: !isReadme,
      linksSources: !run.isWhole,
      addresses,
    });
    return new Reader(shell, addresses, run, () => receiver.requests.length);
  }

  async follow({ block, treatment, shown }: Step): Promise<void> {
    if ('needs' in treatment && treatment.needs.length > 0 && !this.#run.isWhole) return;
    switch (treatment.kind) {
      case 'run':
        if (treatment.inBackground) return this.start(block.text, shown, block.at);
        return this.#runHere(block, block.text, treatment, shown);
      case 'module':
      case 'frame':
        return this.#runProgram(block, treatment, shown);
      case 'file':
      case 'configuration':
        if (treatment.file !== undefined) this.#writeFile(treatment.file, block.text);
        return;
      case 'output':
      case 'from':
      case 'manifest':
      case 'chartValues':
      case 'json':
      case 'notRun':
        return;
    }
  }

  /** Takes the place of what was started before, as its port is the same. */
  async start(commands: string, shown: string, at: string): Promise<void> {
    await this.#background?.stop();
    const started = this.#shell.start(commands);
    this.#background = started;
    this.#usesBackend ||= commands.includes(EXAMPLE_BACKEND);
    const isReady = async () =>
      started.hasEnded ||
      (showsAmong(shown, started.printed()) && (await accepts(this.#addresses.pushAddress)));
    const timeoutMs = this.#run.isWhole ? WHOLE_START_TIMEOUT_MS : START_TIMEOUT_MS;
    await waitForValue(isReady, Boolean, `what ${at} starts`, timeoutMs).catch(() => undefined);
    if (started.hasEnded || !(await isReady()))
      throw new Error(
        `Cannot follow ${at}: expected it to run and to print\n${shown}\nfound\n${started.printed()}`,
      );
  }

  /** The backend that the page names has to have got something by now. */
  async end(): Promise<void> {
    await this.#background?.stop();
    if (this.#usesBackend) expect(this.#arrived(), 'requests at the backend').toBeGreaterThan(0);
  }

  async #runHere(block: PageBlock, commands: string, wanted: Wanted, shown: string): Promise<void> {
    const timeoutMs = this.#run.isWhole ? WHOLE_COMMAND_TIMEOUT_MS : COMMAND_TIMEOUT_MS;
    const run = () => {
      this.#background?.learnAddresses();
      return this.#shell.run(commands, timeoutMs);
    };
    let end = await run();
    if (QUERY.test(block.text)) {
      const isShown = () => problemOf(end, wanted) === undefined && isAsShown(end, shown, wanted);
      const again = async () => {
        if (!isShown()) end = await run();
        return isShown();
      };
      await waitForValue(again, Boolean, 'the output', ANSWER_TIMEOUT_MS).catch(() => undefined);
    }
    const problem = problemOf(end, wanted);
    if (problem !== undefined)
      throw new Error(`Cannot follow ${block.at}: ${problem}\n${block.text}\n${end.printed}`);
    const commandAnd = (output: string) => `${block.at}\n${block.text}\n${masked(output)}`;
    if (!isAsShown(end, shown, wanted)) expect(commandAnd(end.printed)).toBe(commandAnd(shown));
  }

  async #runProgram(block: PageBlock, treatment: Program, shown: string): Promise<void> {
    const name = PROGRAM_NAMES[block.language];
    if (name === undefined) throw new Error(`Cannot run ${block.at}: expected a known language`);
    const text = treatment.kind === 'frame' ? framed(treatment.frame, name, block.text) : block.text;
    const program = this.#writeFile(name, text);
    const frame = treatment.kind === 'frame' ? treatment.frame : block.language;
    const command = this.#run.frames[frame];
    if (command === undefined) throw new Error(`Cannot run ${block.at}: expected a way to run ${frame}`);
    await this.#runHere(block, await command(program), { exitCode: 0, showsOutput: true }, shown);
  }

  /** Returns its path. */
  #writeFile(name: string, text: string): string {
    const path = join(this.#shell.folder, name);
    this.#usesBackend ||= text.includes(EXAMPLE_BACKEND);
    writeFileSync(path, this.#addresses.toHere(text));
    return path;
  }
}

type Wanted = Pick<Extract<Treatment, { kind: 'run' }>, 'exitCode' | 'showsOutput'>;
type Program = Extract<Treatment, { kind: 'frame' | 'module' }>;

function problemOf({ code, printed }: CommandEnd, { exitCode, showsOutput }: Wanted): string | undefined {
  if (code !== exitCode) return `expected exit code ${exitCode}, found ${code}`;
  return showsOutput || printed.trim() !== '' ? undefined : 'expected output, found none';
}

/** Where a page shows nothing, nothing is printed, unless it says that it leaves the output out. */
function isAsShown({ printed }: CommandEnd, shown: string, { showsOutput }: Wanted): boolean {
  return !showsOutput || shows(shown, printed);
}

/** The program around a snippet: its line SNIPPET, with the indentation of that line. */
function framed(frame: string, name: string, snippet: string): string {
  const extension = name.slice(name.lastIndexOf('.'));
  const program = readFileSync(new URL(`test/docs/frames/${frame}${extension}.frame`, ROOT), 'utf8');
  return program.replace(/^([ \t]*)SNIPPET\n/m, (_, indent: string) => snippet.replace(/^(?=.)/gm, indent));
}

function accepts(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host ?? '', port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
