// The Cloud Run service: Sluice is started with the very variables that it sets, and ends in the ten seconds that Cloud Run
// leaves between SIGTERM and SIGKILL.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseDuration } from '../../src/config/units.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { RunningSluice } from '../support/running-sluice.ts';
import type { Step } from '../support/scripted-receiver.ts';

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly ports?: unknown;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly startupProbe?: { readonly httpGet: { readonly path: string; readonly port: number } };
}

/** https://cloud.google.com/run/docs/container-contract#instance-shutdown */
const SIGTERM_TO_SIGKILL_MS = 10_000;
/** What a stop may take beyond SHUTDOWN_TIMEOUT, for answers to leave. */
const ANSWER_GRACE_MS = 1000;

const read = (file: string) =>
  parse(readFileSync(new URL(`../../deploy/cloud-run/${file}`, import.meta.url), 'utf8'));
const service = read('service.yaml').spec.template;

function sluiceOf(containers: readonly Container[]): Container {
  const found = containers.find(({ name }) => name === 'sluice');
  expect(found).toBeDefined();
  return found!;
}

/** What an operator has to put in is put in. */
function environmentOf({ env = [] }: Container, backendUrl: string): Record<string, string> {
  const own: Readonly<Record<string, string>> = {
    LISTEN_ADDRESS: '127.0.0.1:0',
    REMOTE_WRITE_URL: backendUrl,
  };
  return Object.fromEntries(env.map(({ name, value }) => [name, own[name] ?? value ?? 'the-secret']));
}

async function startLike(container: Container, script?: readonly Step[]) {
  const receiver = await startReceiver(script);
  const env = environmentOf(container, receiver.url());
  return { receiver, sluice: await RunningSluice.start([...(container.args ?? [])], { env }) };
}

describe('the service', () => {
  const sluice = sluiceOf(service.spec.containers);

  test('delivers all before its end while the backend is slow', async () => {
    const slow = () => ({ until: new Promise((resolve) => setTimeout(resolve, 300)) });
    // The wait begins with the request, not with the script.
    const { receiver, sluice: running } = await startLike(sluice, [{ rule: slow }]);
    for (const value of [1, 2, 3]) {
      const answer = await running.push(`m ${value}\n`, { headers: { prefer: 'respond-async' } });
      expect(answer.status).toBe(202);
    }
    // 0 also says that it ended before SHUTDOWN_TIMEOUT, which is shorter than Cloud Run waits (below).
    expect(await running.stop('SIGTERM')).toBe(0);
    expect(receiver.deliveredValues).toEqual([1, 2, 3]);
    expect(new Set(receiver.requests.map(({ headers }) => authorizationOf(headers)))).toEqual(
      new Set(['Bearer the-secret']),
    );
  });

  test('answers a push when the backend has it, and gives up waiting before a request would', async () => {
    const { receiver, sluice: running } = await startLike(sluice);
    expect((await running.push('m 4\n')).status).toBe(200);
    expect(receiver.deliveredValues).toEqual([4]);
  });

  test('leaves time for its own end between the shutdown timeout and SIGKILL', () => {
    const timeout = sluice.env?.find(({ name }) => name === 'SHUTDOWN_TIMEOUT')?.value ?? '';
    expect(parseDuration(timeout)! + ANSWER_GRACE_MS).toBeLessThan(SIGTERM_TO_SIGKILL_MS);
  });

  test('starts the application when Sluice answers its probe, and has one way in', async () => {
    const dependencies = JSON.parse(
      service.metadata.annotations['run.googleapis.com/container-dependencies'],
    );
    expect(dependencies).toEqual({ app: ['sluice'] });
    const withPorts = service.spec.containers.filter(({ ports }: Container) => ports !== undefined);
    expect(withPorts.map(({ name }: Container) => name)).toEqual(['app']);
    const { sluice: running } = await startLike(sluice);
    const { path, port } = sluice.startupProbe!.httpGet;
    expect((await running.get(path)).status).toBe(200);
    expect(sluice.env).toContainEqual({ name: 'LISTEN_ADDRESS', value: `0.0.0.0:${port}` });
  });
});

function authorizationOf(headers: readonly (readonly [string, string])[]): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
