// The answer of /api/v1/status: version, start time and settings, in Pushgateway's shape and field names as far as they fit.
// Invariant: the configuration in it is redacted.
import type { Config } from '../../config/config.ts';
import { configForPrinting } from '../../config/config-for-printing.ts';

export interface StatusFacts {
  readonly version: string;
  readonly nodeVersion: string;
  readonly startedAtMs: number;
  readonly config: Config;
}

/** JSON with a line end. Durations of the configuration are milliseconds, sizes bytes. */
export function statusText({ version, nodeVersion, startedAtMs, config }: StatusFacts): string {
  const status = {
    build_information: { version, nodeVersion },
    flags: flagsOf(config),
    start_time: new Date(startedAtMs).toISOString(),
    config: configForPrinting(config),
  };
  return `${JSON.stringify({ status: 'success', data: status })}\n`;
}

/** Settings as text under the names of Pushgateway's flags, for programs that read them from a Pushgateway. */
function flagsOf({
  listenAddress,
  logging,
  push,
  enableLifecycle,
}: Config): Readonly<Record<string, string>> {
  const { host, port } = listenAddress;
  const [prefix = ''] = push.pushgateway.pathPrefixes;
  return {
    'log.level': logging.level,
    'push.disable-consistency-check': 'false',
    'push.enable-utf8-names': String(push.pushgateway.utf8Names),
    'web.enable-admin-api': 'false',
    'web.enable-lifecycle': String(enableLifecycle),
    'web.listen-address': host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    'web.route-prefix': prefix === '' ? '/' : prefix,
    'web.telemetry-path': '/metrics',
  };
}
