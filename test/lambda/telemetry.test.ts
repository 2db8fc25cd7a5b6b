// The server that receives telemetry: bounded, and it answers before it handles the events.

import { expect, it, onTestFinished } from 'vitest';
import { TelemetryListener, type TelemetryRecord } from '../../src/lambda/telemetry.ts';
import { systemClock } from '../../src/telemetry/clock.ts';
import { doneOf } from '../support/lambda/fake-lambda.ts';
import { sendTelemetry } from '../support/lambda/telemetry-sender.ts';

async function start() {
  const heard: TelemetryRecord[] = [];
  const listener = new TelemetryListener(systemClock(), (records) => heard.push(...records));
  const port = await listener.listen('127.0.0.1', 0, 5000);
  onTestFinished(() => listener.close());
  return { listener, port, heard };
}

it('a body that is too long gets 413, and nothing of it is heard', async () => {
  const { port, heard } = await start();
  const long = `${' '.repeat(512 * 1024)}${JSON.stringify([doneOf('a')])}`;
  // The answer may come while the rest is still being sent.
  const status = await sendTelemetry(port, long).catch(() => 413);
  expect([status, heard]).toEqual([413, []]);
});

it('what is no telemetry gets 200, and nothing is heard', async () => {
  const { port, heard } = await start();
  expect([await sendTelemetry(port, '{{{'), heard]).toEqual([200, []]);
});

it('what is heard comes in the order of its arrival', async () => {
  const { port, heard } = await start();
  for (const id of ['a', 'b']) expect(await sendTelemetry(port, [doneOf(id)])).toBe(200);
  expect(heard.map(({ requestId }) => requestId)).toEqual(['a', 'b']);
});

it('runs without telemetry if the port is taken or the name is unknown', async () => {
  const { port } = await start();
  const second = new TelemetryListener(systemClock(), () => {});
  await expect(second.listen('127.0.0.1', port, 5000)).rejects.toThrow('EADDRINUSE');
  const third = new TelemetryListener(systemClock(), () => {});
  await expect(third.listen('sluice-test.invalid', 0, 5000)).rejects.toThrow();
});
