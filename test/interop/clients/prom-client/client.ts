// prom-client of npm, in a separate Node.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PushClient } from '../push-client.ts';
import { readReport, runProgram } from '../run-program.ts';

const PROGRAM = fileURLToPath(new URL('program.ts', import.meta.url));

export const PROM_CLIENT: PushClient = promClient('prom-client', 'Node prom-client', '');
export const PROM_CLIENT_GZIP: PushClient = promClient('prom-client-gzip', 'Node prom-client, gzip', '-gzip');
/** With exemplars, and without a content type. */
export const PROM_CLIENT_OPENMETRICS: PushClient = {
  ...promClient('prom-client-openmetrics', 'Node prom-client, OpenMetrics registry', '-openmetrics'),
  format: 'openmetrics',
};

/** `way` is put after the verb. */
function promClient(id: string, title: string, way: string): PushClient {
  return {
    id,
    title,
    groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
    kinds: ['counter', 'gauge', 'histogram', 'summary'],
    quantiles: { '0.5': 2, '0.9': 3 },
    prepare: async () => installedVersion(),
    push: async ({ baseUrl, verb, job, grouping }) => {
      const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
      return readReport(await runProgram(process.execPath, [PROGRAM, baseUrl, verb + way, job, ...pairs]));
    },
  };
}

function installedVersion(): string {
  const main = createRequire(import.meta.url).resolve('prom-client');
  const text = readFileSync(join(dirname(main), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
