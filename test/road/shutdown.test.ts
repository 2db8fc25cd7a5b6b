// The end of the real command: what was taken is delivered, or counted as lost in the exit code.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { startRaw } from '../support/raw-exchange.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Setting {
  readonly script?: readonly Step[];
  readonly shutdownTimeout?: string;
  /** Long: nothing is sent before the stop. */
  readonly batchSendDeadline?: string;
}

async function start({ script, shutdownTimeout = '20s', batchSendDeadline = '10ms' }: Setting) {
  const receiver = await startReceiver(script);
  const backend = backendFields(receiver.url(), { queueConfig: { batchSendDeadline } });
  const sluice = await startSluice(roadConfig([backend], { shutdownTimeout }));
  return { receiver, sluice };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s sends what waits for company, once, and exits with 0',
  async (signal) => {
    const { receiver, sluice } = await start({ batchSendDeadline: '60s' });
    expect((await sluice.push('m 1\nn 2\n')).status).toBe(202);
    expect(await sluice.stop(signal)).toBe(0);
    expect(receiver.requests.length).toBe(1);
    expect(receiver.deliveredValues).toEqual([1, 2]);
    expect(sluice.logs().slice(-2)).toMatchObject([
      { event: 'stopping', signal },
      { event: 'stopped', level: 'info', lostSamples: 0 },
    ]);
    expect(sluice.command.stderr).toBe('');
  },
);

test('with nothing queued it exits at once with 0 and sends nothing', async () => {
  const { receiver, sluice } = await start({});
  expect(await sluice.stop()).toBe(0);
  expect(receiver.connections).toBe(0);
});

const lost: [string, Step][] = [
  ['always answers 503', { status: 503 }],
  ['never answers', { fault: 'never-answer' }],
];
test.each(lost)('a backend that %s: the end comes at the deadline, exit code 3', async (_, step) => {
  const { receiver, sluice } = await start({ script: [step], shutdownTimeout: '300ms' });
  await sluice.push('m 1\nn 2\n');
  await waitUntil(() => receiver.requests.length > 0, 'an attempt');
  const startedMs = performance.now();
  expect(await sluice.stop()).toBe(3);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(290);
  expect(await sluice.logged('blockDropped')).toMatchObject({
    level: 'error',
    backend: 'primary',
    reason: 'shutdown',
    samples: 2,
    jobs: [{ job: 'test', samples: 2 }],
  });
  expect(sluice.logs().at(-1)).toMatchObject({ event: 'stopped', level: 'error', lostSamples: 2 });
});

test('samples that the backend refuses for good during the stop are lost: exit code 3', async () => {
  const { receiver, sluice } = await start({ script: [{ status: 400 }], batchSendDeadline: '60s' });
  await sluice.push('m 1\n');
  expect(await sluice.stop()).toBe(3);
  expect(receiver.requests.length).toBe(1);
  expect(await sluice.logged('blockDropped')).toMatchObject({ reason: 'status_400', samples: 1 });
});

/** Starts it, and a stop that waits for a backend that does not answer. */
async function startStopping(signal: NodeJS.Signals) {
  const gate = Promise.withResolvers<void>();
  const { receiver, sluice } = await start({ script: [{ until: gate.promise }], shutdownTimeout: '10m' });
  await sluice.push('m 1\n');
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  sluice.signal(signal);
  await sluice.logged('stopping');
  return { receiver, sluice, answer: () => gate.resolve() };
}

test('a second SIGTERM does not wait: exit code 3', async () => {
  const { sluice } = await startStopping('SIGTERM');
  expect(await sluice.stop('SIGTERM')).toBe(3);
});

test('a second Ctrl-C does not wait: exit code 3', async () => {
  const { sluice } = await startStopping('SIGINT');
  // Again and again, as a person would who sees nothing happen.
  await waitUntil(() => {
    sluice.signal('SIGINT');
    return sluice.command.ending !== undefined;
  }, 'the end');
  expect(sluice.command.ending).toBe(3);
});

test('one Ctrl-C that arrives twice is one', async () => {
  const { receiver, sluice } = await start({ batchSendDeadline: '60s' });
  await sluice.push('m 1\n');
  sluice.signal('SIGINT');
  sluice.signal('SIGINT');
  expect(await sluice.command.ended).toBe(0);
  expect(receiver.deliveredValues).toEqual([1]);
});

test('while it stops, pushes get 503 and their connection is closed, and it is not ready but healthy', async () => {
  const { receiver, sluice, answer } = await startStopping('SIGTERM');
  const push = await sluice.push('late 1\n');
  expect([push.status, push.headers['retry-after'], push.headers.connection, push.text]).toEqual([
    503,
    '5',
    'close',
    'Cannot take push: Sluice is stopping\n',
  ]);
  const ready = await sluice.get('/-/ready');
  expect([ready.status, ready.text]).toEqual([503, 'Cannot take pushes: Sluice is stopping\n']);
  expect((await sluice.get('/-/healthy')).status).toBe(200);
  answer();
  expect(await sluice.command.ended).toBe(0);
  expect(receiver.deliveredValues).toEqual([1]);
  expect(await sluice.logged('pushRefused')).toMatchObject({ job: 'test', status: 503, reason: 'stopping' });
});

test('a push that is half here when the stop begins is refused, and nothing of it is sent', async () => {
  const gate = Promise.withResolvers<void>();
  const { receiver, sluice } = await start({ script: [{ until: gate.promise }] });
  await sluice.push('m 1\n');
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  const head = 'PUT /pushgateway/metrics/job/half HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n';
  const half = startRaw(sluice.address, `${head}half`);
  // An answer on another connection: what was sent before it has been read.
  await waitUntil(() => half.socket.bytesWritten > head.length, 'the first half on its way');
  await sluice.get('/-/healthy');
  sluice.signal();
  await sluice.logged('stopping');
  half.socket.write(' 1\n');
  await waitUntil(() => half.received.includes('\r\n\r\n'), 'an answer');
  expect(half.received).toMatch(/^HTTP\/1\.1 503 /);
  gate.resolve();
  expect(await sluice.command.ended).toBe(0);
  expect(receiver.deliveredValues).toEqual([1]);
});

test('a program that an AWS profile names, and that does not end, does not hold up the end', async () => {
  const folder = new TemporaryFolder();
  const calls = join(folder.path, 'calls');
  const program = `sh -c 'echo call >> ${calls}; while test -e ${calls}; do sleep 0.1; done'`;
  const file = folder.write('config', `[profile p]\ncredential_process = ${program}\n`);
  const receiver = await startReceiver();
  const backend = backendFields(receiver.url(), { sigv4: { region: 'r', profile: 'p' } });
  const env = { AWS_CONFIG_FILE: file, PATH: process.env.PATH ?? '' };
  const sluice = await startSluice(roadConfig([backend], { shutdownTimeout: '300ms' }), { env });
  await sluice.push('m 1\n');
  await waitUntil(() => existsSync(calls), 'the program');
  expect(await sluice.stop()).toBe(3);
});
