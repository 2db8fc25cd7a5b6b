// `sluice dev`: Sluice on loopback with the embedded development backend, for a first look that needs nothing else.

import { runCollector } from './cli/run-collector.ts';
import { configFromObject } from './config/check-config.ts';
import type { Config } from './config/config.ts';
import { startDevBackend } from './devbackend/dev-backend.ts';

const QUERY_PORT = 3031;

/** Runs until a signal; returns the exit code. */
export async function runDevelopment(): Promise<number> {
  let pushUrl: string | undefined;
  const backend = await startDevBackend({ queryPort: QUERY_PORT, nowMs: Date.now, pushUrl: () => pushUrl });
  try {
    return await runCollector(developmentConfig(backend.writeUrl, backend.caPem), undefined, (address) => {
      pushUrl = `http://${address}/pushgateway/metrics/job/demo`;
      process.stdout.write(welcome(pushUrl, backend.queryUrl, backend.writeUrl));
    });
  } catch (error) {
    throw withRemedy(error);
  } finally {
    await backend.stop();
  }
}

/** Adds to a failure to listen how to choose another port. */
function withRemedy(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('Cannot listen')) return error;
  return new Error(`${error.message}; choose another with LISTEN_ADDRESS=127.0.0.1:3040`, { cause: error });
}

function developmentConfig(writeUrl: string, caPem: string): Config {
  const config = configFromObject({
    listenAddress: process.env.LISTEN_ADDRESS || '127.0.0.1:3030',
    logging: { level: process.env.LOGGING_LEVEL || 'info' },
    remoteWrite: [{ name: 'development', url: writeUrl, queueConfig: { batchSendDeadline: '200ms' } }],
  });
  const remoteWrite = config.remoteWrite.map((backend) => ({
    ...backend,
    tlsConfig: { ...backend.tlsConfig, ca: caPem },
  }));
  return { ...config, remoteWrite };
}

function welcome(pushUrl: string, queryUrl: string, writeUrl: string): string {
  return `
Sluice takes pushes at   ${pushUrl.replace(/\/job\/demo$/, '/job/<job>')}
and forwards them to     ${writeUrl} (a remote-write receiver inside this process)

Push something:
  echo 'my_first_metric 42' | curl --data-binary @- ${pushUrl}

See it arrive:
  ${queryUrl}
  curl '${queryUrl}/api/v1/query?query=my_first_metric'

Ctrl-C stops.

`;
}
