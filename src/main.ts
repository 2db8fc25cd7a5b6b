// The command line: arguments, signals, exit codes.
import { parseArgs } from 'node:util';
import { Collector } from './collector.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { configWarnings } from './config/config-warnings.ts';
import { configFromEnvironment, environmentSourceName } from './config/environment-config.ts';
import { loadConfig } from './config/load-config.ts';
import { systemClock } from './telemetry/clock.ts';
import { createLog, openLog } from './telemetry/log.ts';
import { programVersion } from './version.ts';

const USAGE = `sluice forwards pushed metrics to a Prometheus remote-write backend.

usage: sluice [--config FILE]        run with a configuration file, or with one made of environment variables
       sluice check [--config FILE]  check a configuration; exit 0 when it can be used, 1 when not
       sluice dev                    run on 127.0.0.1:3030, or on LISTEN_ADDRESS, with an embedded development backend
       sluice --version
       sluice --help

exit status: 0 stopped with nothing left to deliver outside the spool, or the check passed
             1 cannot start: configuration, files, or address
             2 wrong arguments
             3 stopped, and samples that had been accepted were lost, or a second signal left no time to tell
`;

const EXIT = { fine: 0, cannotStart: 1, usage: 2, lost: 3 } as const;

/**
 * What may still be going on when all is done, such as a program that an AWS profile names and that does not end, keeps
 * the command for so long at most.
 */
const LEFTOVER_MS = 500;

/** One Ctrl-C comes twice where npm or the launcher passes on what the terminal has sent to all of them. */
const TWIN_SIGNAL_MS = 200;

type Command =
  | { readonly kind: 'run' | 'check'; readonly config: string | undefined }
  | { readonly kind: 'dev' }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'usage'; readonly problem: string };

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LEFTOVER_MS).unref();

async function main(args: readonly string[]): Promise<number> {
  const command = readArguments(args);
  switch (command.kind) {
    case 'print':
      process.stdout.write(command.text);
      return EXIT.fine;
    case 'usage':
      process.stderr.write(`sluice: ${command.problem}\n\n${USAGE}`);
      return EXIT.usage;
    case 'dev':
      return orReport(async () => (await import('./dev.ts')).runDevelopment(run));
    case 'check':
      return orReport(async () => check(command.config));
    case 'run':
      return orReport(async () => run(readConfig(command.config), sourceName(command.config)));
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
    return { kind: 'usage', problem: (error as Error).message };
  }
}

function readCommand(positionals: readonly string[], config: string | undefined): Command {
  const [name, ...rest] = positionals;
  if (rest.length > 0)
    return { kind: 'usage', problem: `expected one command, found ${positionals.join(' ')}` };
  if (name === 'dev' && config === undefined) return { kind: 'dev' };
  if (name !== undefined && name !== 'check' && name !== 'dev' && name !== 'run') {
    return { kind: 'usage', problem: `expected the command check or dev, found ${name}` };
  }
  if (config === '') return { kind: 'usage', problem: 'expected --config FILE, found an empty name' };
  return { kind: name === 'check' ? 'check' : 'run', config };
}

/** What the command line names wins over all that the environment says. */
function readConfig(file: string | undefined): Config {
  return file === undefined ? configFromEnvironment(process.env) : loadConfig(file, process.env);
}

function sourceName(file: string | undefined): string {
  return file ?? environmentSourceName(process.env);
}

function check(file: string | undefined): number {
  const config = readConfig(file);
  // Building the stations opens every file that the configuration names.
  new Collector(config, {
    log: silentLog(),
    clock: systemClock(),
    random: Math.random,
    version: programVersion(),
  });
  const source = sourceName(file);
  for (const warning of configWarnings(config)) process.stderr.write(`${source}: warning: ${warning}\n`);
  process.stdout.write(`${source}: can be used\n`);
  return EXIT.fine;
}

/** Runs until a signal; returns the exit code. `onListening` is told the bound address. */
async function run(config: Config, file?: string, onListening?: (address: string) => void): Promise<number> {
  const log = await openLog(config.logging);
  const version = programVersion();
  const clock = systemClock();
  const collector = new Collector(config, { log, clock, random: Math.random, version });
  // Before anybody can know that it is there: a signal that nobody hears kills.
  const signalled = firstSignal(() => clock.monotonicMs());
  collector.events.starting({ version, config: file });
  const address = await collector.start();
  onListening?.(address);
  const signal = await signalled;
  collector.events.stopping({ signal });
  const { lostSamples } = await collector.stop();
  collector.events.stopped({ lostSamples });
  return lostSamples > 0 ? EXIT.lost : EXIT.fine;
}

/** The signal that asks for a stop. A later one does not wait for anything; the handlers stay, so that it is heard. */
function firstSignal(monotonicMs: () => number): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const hear = (signal: NodeJS.Signals) => {
      if (firstMs === undefined) {
        firstMs = monotonicMs();
        resolve(signal);
      } else if (signal !== 'SIGINT' || monotonicMs() - firstMs > TWIN_SIGNAL_MS) process.exit(EXIT.lost);
    };
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, hear);
  });
}

/** Turns what keeps the program from starting into a message and an exit code. */
async function orReport(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    return EXIT.cannotStart;
  }
}

/** Problems of a configuration say where they are; what is not one of our sentences is a defect and shows its origin. */
function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.message.startsWith('Cannot ') ? `sluice: ${error.message}` : (error.stack ?? error.message);
}

function silentLog() {
  return createLog('silent', { write: () => undefined });
}
