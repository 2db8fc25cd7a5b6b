// The pages whose blocks need more than Node and curl, followed as a whole: client libraries run the very snippets of the pages,
// after `npm ci` as it is.
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, vi } from 'vitest';
import { pageNames, readPage } from '../docs/pages/page.ts';
import { runPage } from '../docs/pages/run-page.ts';
import { isRun, stepsOf } from '../docs/pages/steps.ts';
import { JAVA_PROMETHEUS_METRICS, javaLibraries } from './clients/java-prometheus-metrics/client.ts';
import { pythonWithClient } from './clients/python/client.ts';
import { versionOf } from './clients/run-program.ts';
import { itAfter } from './support/it-after.ts';

// A page installs and compiles what a reader would.
vi.setConfig({ testTimeout: 600_000 });

const GO_MODULE = new URL('clients/go/', import.meta.url);

const frames = {
  js: runNode,
  'prom-client': runNode,
  python: async (program: string) => `python3 '${program}'`,
  'python-client': async (program: string) => `'${await pythonWithClient()}' '${program}'`,
  'java-prometheus-metrics': runJava,
  'go-push': runGo,
};

describe.each(pageNames().filter(needsPrograms))('%s', (name) => {
  const check = itAfter(async () => {
    for (const program of programsOf(name)) await versionOf(program, 'see .ci/run', versionFlag(program));
    if (name === 'docs/clients.md') await JAVA_PROMETHEUS_METRICS.prepare?.();
  });

  check('works when followed from its top in a fresh clone, with all it needs', () =>
    runPage(readPage(name), { isWhole: true, frames }),
  );
});

function needsPrograms(name: string): boolean {
  return stepsOf(readPage(name)).some((step) => isRun(step, true) && !isRun(step, false));
}

function programsOf(name: string): string[] {
  const needs = stepsOf(readPage(name)).flatMap(({ treatment }) =>
    'needs' in treatment ? treatment.needs : [],
  );
  return [...new Set(needs)];
}

function versionFlag(program: string): string[] {
  if (program === 'java') return ['-version'];
  return [['go', 'helm', 'kubectl'].includes(program) ? 'version' : '--version'];
}

async function runNode(program: string): Promise<string> {
  return `node '${program}'`;
}

async function runJava(program: string): Promise<string> {
  return `java -cp '${await javaLibraries()}' '${program}'`;
}

/** With the versions that the clients are tested with. */
async function runGo(program: string): Promise<string> {
  for (const file of ['go.mod', 'go.sum'])
    copyFileSync(fileURLToPath(new URL(file, GO_MODULE)), join(dirname(program), file));
  // If nothing was fetched before, Go reports each download.
  return `go mod download 2> /dev/null && go run '${program}'`;
}
