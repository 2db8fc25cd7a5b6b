// The settings of the extension itself: variables that begin with SLUICE_LAMBDA_. All else is configured as everywhere.

import { ConfigError, type ConfigProblem } from '../config/config-error.ts';
import type { Environment } from '../config/expand-variables.ts';
import { parseDuration } from '../config/units.ts';

/** Labels that describe the environment. */
const LAMBDA_LABELS = ['function_name', 'function_version', 'region', 'instance'] as const;
export type LambdaLabel = (typeof LAMBDA_LABELS)[number];

export interface LambdaSettings {
  /** How long the end of an invocation may be held up by a flush. */
  readonly flushTimeoutMs: number;
  /** After this long between two events, Sluice opens new connections. */
  readonly reconnectAfterMs: number;
  /** Where Lambda's telemetry is listened for; undefined: not at all. */
  readonly telemetryAddress: { readonly host: string; readonly port: number } | undefined;
  /** Added to every series that does not have them. */
  readonly labels: readonly LambdaLabel[];
}

type Read<T> = (text: string) => T | undefined;

/** Throws a ConfigError that names every variable with a value that cannot be used. Empty is as not set. */
export function readLambdaSettings(env: Environment): LambdaSettings {
  const problems: ConfigProblem[] = [];
  const read = <T>(name: string, fallback: string, expected: string, parse: Read<T>): T | undefined => {
    const text = env[name] || fallback;
    const value = parse(text);
    const problem = `expected ${expected}, found ${JSON.stringify(text)}`;
    if (value === undefined) problems.push({ path: [name], text: problem });
    return value;
  };
  const duration = (name: string, fallback: string) =>
    read(name, fallback, 'a duration from 0 to 15m such as 1s', parseBounded) ?? 0;
  const settings = {
    flushTimeoutMs: duration('SLUICE_LAMBDA_FLUSH_TIMEOUT', '1s'),
    reconnectAfterMs: duration('SLUICE_LAMBDA_RECONNECT_AFTER', '10s'),
    telemetryAddress: read(
      'SLUICE_LAMBDA_TELEMETRY_ADDRESS',
      'sandbox.localdomain:3031',
      'host:port or off',
      parseTelemetryAddress,
    )?.address,
    labels:
      read(
        'SLUICE_LAMBDA_LABELS',
        'none',
        `none, or some of ${LAMBDA_LABELS.join(', ')} with commas between`,
        parseLabels,
      ) ?? [],
  };
  read('SLUICE_LAMBDA_STRICT', 'false', 'true or false', (text) =>
    /^(?:true|false)$/.test(text) ? text : undefined,
  );
  if (problems.length > 0) throw new ConfigError('environment', problems);
  return settings;
}

/** Whether what keeps the extension from working is to end the function's start, instead of only its metrics. */
export function isStrict({ SLUICE_LAMBDA_STRICT }: Environment): boolean {
  return SLUICE_LAMBDA_STRICT === 'true';
}

/** In such an environment nothing is frozen, invocations run at the same time, and extensions get no events about them. */
export function isManagedInstance({ AWS_LAMBDA_INITIALIZATION_TYPE }: Environment): boolean {
  return AWS_LAMBDA_INITIALIZATION_TYPE === 'lambda-managed-instances';
}

function parseBounded(text: string): number | undefined {
  const durationMs = parseDuration(text);
  return durationMs !== undefined && durationMs <= 900_000 ? durationMs : undefined;
}

function parseTelemetryAddress(text: string): { address: LambdaSettings['telemetryAddress'] } | undefined {
  if (text === 'off') return { address: undefined };
  const [, host, digits] = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return host === undefined || !(port <= 65_535) ? undefined : { address: { host, port } };
}

function parseLabels(text: string): readonly LambdaLabel[] | undefined {
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const known = LAMBDA_LABELS.filter((label) => names.includes(label));
  return names.every((name) => known.some((label) => label === name)) ? known : undefined;
}
