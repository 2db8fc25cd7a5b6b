// The command line: finds the command, runs it, and ends with its exit code. A command is loaded only when it is asked for,
// so the small ones start without the collector and its libraries.

import { parseArgs } from 'node:util';
import { describeError, EXIT, ignoreClosedOutput, optionProblem } from './cli/command-ending.ts';
import { USAGE } from './cli/usage.ts';
import { programVersion } from './version.ts';

/**
 * The longest time that leftover work may keep the command running after it is done. An example is a program that an AWS
 * profile names and that does not end.
 */
const LEFTOVER_MS = 500;

const COMMANDS = ['run', 'check', 'dev'];

type Command =
  | { readonly kind: 'run' | 'check'; readonly config: string | undefined }
  | { readonly kind: 'dev' }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'usage'; readonly problem: string };

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LEFTOVER_MS).unref();

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === 'push') return orReport(async () => (await import('./cli/push-command.ts')).pushCommand(rest));
  if (name === 'wait-ready')
    return orReport(async () => (await import('./cli/wait-ready-command.ts')).waitReadyCommand(rest));
  const command = readArguments(args);
  if (command.kind !== 'run') ignoreClosedOutput();
  switch (command.kind) {
    case 'print':
      process.stdout.write(command.text);
      return EXIT.fine;
    case 'usage':
      process.stderr.write(`sluice: ${command.problem}\n\n${USAGE}`);
      return EXIT.usage;
    case 'dev':
      return orReport(async () => (await import('./dev.ts')).runDevelopment());
    case 'check':
      return orReport(async () => (await import('./cli/check-command.ts')).checkCommand(command.config));
    case 'run':
      return orReport(async () => (await import('./cli/run-collector.ts')).runNamedConfig(command.config));
  }
}

function readArguments(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { kind: 'print', text: USAGE };
    if (values.version)
      return { kind: 'print', text: `sluice ${programVersion()} (Node ${process.versions.node})\n` };
    return readCommand(positionals, values.config);
  } catch (error) {
    // A misspelt command is at fault before the options that follow it.
    const [name = '-'] = args;
    const isKnown = name.startsWith('-') || COMMANDS.includes(name);
    return { kind: 'usage', problem: isKnown ? optionProblem(error) : unknownCommand(name) };
  }
}

function readCommand(positionals: readonly string[], config: string | undefined): Command {
  const [name, ...rest] = positionals;
  if (rest.length > 0)
    return { kind: 'usage', problem: `expected one command, found ${positionals.join(' ')}` };
  if (name === 'dev' && config === undefined) return { kind: 'dev' };
  if (name !== undefined && !COMMANDS.includes(name)) return { kind: 'usage', problem: unknownCommand(name) };
  if (config === '') return { kind: 'usage', problem: 'expected --config FILE, found an empty name' };
  return { kind: name === 'check' ? 'check' : 'run', config };
}

function unknownCommand(name: string): string {
  return `expected the command check, dev, push or wait-ready, found ${name}`;
}

/** Turns what keeps the program from starting into a message and an exit code. */
async function orReport(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    return EXIT.failed;
  }
}
