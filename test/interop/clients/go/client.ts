// client_golang: protobuf by default, text and OpenMetrics on request.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../../support/build-once.ts';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { build, cacheFolder, readReport, runProgram, versionOf } from '../run-program.ts';

/** What the program can do: with an exemplar are `push-openmetrics` and `push-exemplar`, the latter in protobuf. */
export type GoVerb =
  | PushRun['verb']
  | 'push-text'
  | 'push-openmetrics'
  | 'push-exemplar'
  | 'push-native'
  | 'delete';

const SOURCES = new URL('./', import.meta.url);

const COMMON = {
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: { '0.5': 2, '0.9': 3 },
  sendsSpaceAsPlus: true,
  prepare,
} as const satisfies Partial<PushClient>;

export const GO: PushClient = {
  ...COMMON,
  id: 'go',
  title: 'Go client_golang',
  format: 'protobuf',
  push: (run) => pushWithGo(run.verb, run),
};

export const GO_TEXT: PushClient = {
  ...COMMON,
  id: 'go-text',
  title: 'Go client_golang, Format(text)',
  verbs: ['push'],
  push: (run) => pushWithGo('push-text', run),
};

/** Its counter has an exemplar, and its body no `# EOF`. */
export const GO_OPENMETRICS: PushClient = {
  ...COMMON,
  id: 'go-openmetrics',
  title: 'Go client_golang, Format(OpenMetrics)',
  format: 'openmetrics',
  verbs: ['push'],
  push: (run) => pushWithGo('push-openmetrics', run),
};

/** `prepare` of one of the clients above goes before. */
export async function pushWithGo(verb: GoVerb, run: Omit<PushRun, 'verb'>): Promise<ClientReport> {
  const pairs = Object.entries(run.grouping).map(([name, value]) => `${name}=${value}`);
  const program = join(await built(), 'push-client');
  return readReport(await runProgram(program, [run.baseUrl, verb, run.job, ...pairs]));
}

async function prepare(): Promise<string> {
  await built();
  const pins = readFileSync(new URL('go.mod', SOURCES), 'utf8');
  return /prometheus\/client_golang v(\S+)/.exec(pins)?.[1] ?? '';
}

function built(): Promise<string> {
  return buildOnce(cacheFolder('go'), SOURCES, async (into) => {
    await versionOf('go', '1.26 or later, from https://go.dev/dl', ['version']);
    const args = ['build', '-buildvcs=false', '-o', join(into, 'push-client'), '.'];
    await build('go', args, { cwd: fileURLToPath(SOURCES) });
  });
}
