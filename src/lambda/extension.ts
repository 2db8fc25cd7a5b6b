// Builds the extension and runs it to its end: a collector on loopback that delivers in step with the invocations of a
// function. If the collector cannot start, the function only loses its metrics, unless SLUICE_LAMBDA_STRICT is set.

import { randomUUID } from 'node:crypto';
import { Collector } from '../collector.ts';
import type { Environment } from '../config/expand-variables.ts';
import { type Clock, systemClock } from '../telemetry/clock.ts';
import { openLog } from '../telemetry/log.ts';
import { programVersion } from '../version.ts';
import { handleEvents } from './event-loop.ts';
import { ExtensionLog } from './extension-log.ts';
import type { ExtensionsApi } from './extensions-api.ts';
import { FlushPolicy } from './flush-policy.ts';
import { type EventHandler, Invocations } from './invocations.ts';
import { loadLambdaConfig } from './lambda-config.ts';
import { isManagedInstance, isStrict, type LambdaSettings, readLambdaSettings } from './lambda-settings.ts';
import { RefusingListener } from './refusing-listener.ts';
import { InvocationTelemetry, TelemetryListener } from './telemetry.ts';

interface Station {
  readonly handler: EventHandler;
  readonly log: ExtensionLog;
  /** Why there is no collector. */
  readonly fault?: string;
}

/** For the lookup of the host name that Lambda gives the environment. */
const TELEMETRY_BIND_MS = 500;
/** The time for a stop after SIGTERM, which has no deadline: as long as a shutdown. */
const SIGNAL_MS = 1700;

/** Returns the exit code. Rejects if Lambda does not register the extension, or sends it no events. */
export async function runExtension(env: Environment, registering: Promise<ExtensionsApi>): Promise<number> {
  const clock = systemClock();
  const { handler, log, fault } = await openStation(env, registering, clock);
  process.on('uncaughtException', (error) => log.fault(error));
  const api = await registering;
  if (fault !== undefined && isStrict(env)) {
    await api.reportInitError('Extension.CannotStart', fault);
    return 1;
  }
  const signalled = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve())).then(() =>
    handler.shutDown({ kind: 'shutdown', reason: 'SIGTERM', deadlineMs: clock.nowMs() + SIGNAL_MS }),
  );
  await Promise.race([handleEvents({ api, handler, clock, fault: (error) => log.fault(error) }), signalled]);
  return 0;
}

async function openStation(
  env: Environment,
  registering: Promise<ExtensionsApi>,
  clock: Clock,
): Promise<Station> {
  try {
    return await openCollector(env, registering, clock);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const log = new ExtensionLog(await openLog({ level: 'warn', format: 'json' }));
    log.cannotStart(reason);
    const handler = new RefusingListener(reason);
    await handler.listen('127.0.0.1', refusingPort(env));
    return { handler, log, fault: reason };
  }
}

async function openCollector(
  env: Environment,
  registering: Promise<ExtensionsApi>,
  clock: Clock,
): Promise<Station> {
  const settings = readLambdaSettings(env);
  const { config, warnings } = loadLambdaConfig(env, settings.labels, randomUUID().slice(0, 8));
  const pinoLog = await openLog(config.logging);
  const log = new ExtensionLog(pinoLog);
  const policy = new FlushPolicy(clock, settings.flushTimeoutMs);
  const collector = new Collector(config, {
    log: pinoLog,
    clock,
    random: Math.random,
    version: programVersion(),
    // An extension that ends before its environment is a crash to Lambda.
    ignoresQuit: true,
    // Invocations that run at the same time have no common deadline, and their environment is not frozen.
    ...(isManagedInstance(env) ? {} : { waitLimits: policy }),
  });
  for (const warning of warnings) log.warning(warning);
  const telemetry = new InvocationTelemetry();
  const { reconnectAfterMs } = settings;
  const handler = new Invocations({ collector, policy, telemetry, log, clock, reconnectAfterMs });
  const [hasTelemetry] = await Promise.all([
    isManagedInstance(env) ? false : subscribe(settings, { registering, telemetry, log, clock }),
    collector.start(),
  ]);
  if (hasTelemetry) handler.expectTelemetry();
  return { handler, log };
}

interface SubscriptionDeps {
  readonly registering: Promise<ExtensionsApi>;
  readonly telemetry: InvocationTelemetry;
  readonly log: ExtensionLog;
  readonly clock: Clock;
}

/** Whether Lambda will send its telemetry. Never rejects: the extension also works without it. */
async function subscribe(
  { telemetryAddress }: LambdaSettings,
  { registering, telemetry, log, clock }: SubscriptionDeps,
): Promise<boolean> {
  if (telemetryAddress === undefined) return false;
  const { host, port } = telemetryAddress;
  const listener = new TelemetryListener(clock, (records) => telemetry.hear(records));
  try {
    const bound = await listener.listen(host, port, TELEMETRY_BIND_MS);
    if (await (await registering).subscribeTelemetry(bound)) return true;
    log.noTelemetry('this environment does not offer it');
  } catch (error) {
    log.noTelemetry(error instanceof Error ? error.message : String(error));
  }
  await listener.close().catch(() => undefined);
  return false;
}

/** The port that pushes would have used, as far as that is known without a configuration. */
function refusingPort({ LISTEN_ADDRESS }: Environment): number {
  const [, digits] = /:(\d{1,5})$/.exec(LISTEN_ADDRESS ?? '') ?? [];
  const port = Number(digits ?? 3030);
  return port <= 65_535 ? port : 3030;
}
