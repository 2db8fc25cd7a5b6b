// Flush and stop by request: the real command with enableLifecycle, asked as curl would ask it.
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { sendHttp } from '../support/http-client.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { waitUntil } from '../support/wait-until.ts';

async function start({ script, more }: { script?: readonly Step[]; more?: object } = {}) {
  const receiver = await startReceiver(script);
  const backend = backendFields(receiver.url(), { queueConfig: { batchSendDeadline: '60s' } });
  const sluice = await startSluice(
    roadConfig([backend], { enableLifecycle: true, shutdownTimeout: '20s', ...more }),
  );
  const post = async (target: string) => {
    const { status, text } = await sendHttp(sluice.address, { method: 'POST', target });
    return [status, text];
  };
  return { receiver, sluice, post };
}

test('without the key a request to stop is refused, and the program continues', async () => {
  const { sluice, post } = await start({ more: { enableLifecycle: false } });
  expect(await post('/-/quit')).toEqual([403, 'Cannot quit: expected enableLifecycle: true, found false\n']);
  expect((await sluice.get('/-/ready')).status).toBe(200);
});

test('a flush of a backend that is away is answered 202 with what waits', async () => {
  const { sluice, post, receiver } = await start({ script: [{ status: 503 }] });
  await sluice.push('m 1\nn 2\n');
  expect(await post('/-/flush?timeout=50ms')).toEqual([
    202,
    'Not flushed yet: 2 samples are still waiting\n',
  ]);
  receiver.play({});
});

test('when a flush is answered 200, what was pushed before is at the backend', async () => {
  const { sluice, post, receiver } = await start();
  expect((await sluice.push('m 1\n')).status).toBe(202);
  expect(await post('/-/flush')).toEqual([200, 'Flushed.\n']);
  expect(receiver.deliveredValues).toEqual([1]);
});

test('a request to stop stops as SIGTERM does: what waits is delivered, exit code 0', async () => {
  const { sluice, post, receiver } = await start();
  await sluice.push('m 1\n');
  expect(await post('/-/quit')).toEqual([202, 'Stopping.\n']);
  expect(await sluice.command.ended).toBe(0);
  expect(receiver.deliveredValues).toEqual([1]);
  expect(sluice.logs().slice(-2)).toMatchObject([
    { event: 'stopping', signal: '/-/quit' },
    { event: 'stopped', lostSamples: 0 },
  ]);
});

test('a stop that was asked for by a request and lost samples exits with 3', async () => {
  const { sluice, post, receiver } = await start({
    script: [{ fault: 'never-answer' }],
    more: { shutdownTimeout: '1s' },
  });
  await sluice.push('m 1\n');
  await post('/-/quit');
  await waitUntil(() => receiver.requests.length > 0, 'an attempt');
  expect(await sluice.command.ended).toBe(3);
});

test('a flush that waits when a stop gives up its samples is answered 503', async () => {
  const { sluice, post, receiver } = await start({
    script: [{ fault: 'never-answer' }],
    more: { shutdownTimeout: '1s' },
  });
  await sluice.push('m 1\n');
  const flushed = post('/-/flush');
  await waitUntil(() => receiver.requests.length > 0, 'the request');
  sluice.signal('SIGTERM');
  expect(await flushed).toEqual([503, 'Not flushed: Sluice is stopping, and 1 samples were not delivered\n']);
  expect(await sluice.command.ended).toBe(3);
});

test('a SIGTERM after a request to stop does not cut the stop short', async () => {
  const gate = Promise.withResolvers<void>();
  const { sluice, post, receiver } = await start({ script: [{ until: gate.promise }] });
  await sluice.push('m 1\n');
  await post('/-/quit');
  await sluice.logged('stopping');
  sluice.signal('SIGTERM');
  await waitUntil(() => receiver.requests.length > 0, 'the request');
  await sluice.get('/-/healthy');
  gate.resolve();
  expect(await sluice.command.ended).toBe(0);
  expect(receiver.deliveredValues).toEqual([1]);
});

test('a flush that waits when the stop begins is answered before the end', async () => {
  const gate = Promise.withResolvers<void>();
  const { sluice, post, receiver } = await start({ script: [{ until: gate.promise }] });
  await sluice.push('m 1\n');
  const flushed = post('/-/flush');
  await waitUntil(() => receiver.requests.length > 0, 'the request');
  sluice.signal('SIGTERM');
  await sluice.logged('stopping');
  gate.resolve();
  expect(await flushed).toEqual([200, 'Flushed.\n']);
  expect(await sluice.command.ended).toBe(0);
});
