// AWS credentials from a program: it runs once at a time, and a program that hangs holds up nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BackendConfig } from '../../../src/config/config.ts';
import { awsEnvironment } from '../../support/aws-endpoints.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { ScriptedReceiver } from '../../support/scripted-receiver.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const random = () => 0;

function backend(receiver: ScriptedReceiver, overrides: Partial<BackendConfig> = {}): BackendConfig {
  return backendConfig(receiver.url(), { sigv4: { region: 'eu-central-1', service: 'aps' }, ...overrides });
}

describe('a program that shows credentials and does not end', () => {
  function hangingProgram() {
    const folder = new TemporaryFolder();
    const calls = join(folder.path, 'calls');
    // It ends with the folder, so that it does not outlive the test.
    const program = `sh -c 'echo call >> ${calls}; while test -e ${calls}; do sleep 0.1; done'`;
    const config = folder.write('config', `[default]\ncredential_process = ${program}\n`);
    awsEnvironment({ AWS_CONFIG_FILE: config });
    // The file is there, and empty, a moment before the program writes to it.
    return { calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').split('call').length - 1 : 0) };
  }

  test('is not started again while it runs', async () => {
    const program = hangingProgram();
    const clock = new FakeClock();
    const receiver = await startReceiver();
    const { push, events } = startDelivery(backend(receiver, { remoteTimeout: 1000 }), { clock, random });
    push('m');
    const hasFailedOften = () => {
      if (program.calls() > 0 || events.retried.length === 0) clock.advance(100);
      return program.calls() > 0 && events.retried.length >= 4;
    };
    await waitUntil(hasFailedOften, 'four failures');
    expect(events.retried[0]?.detail).toContain('found no answer within 1000 ms');
    expect(program.calls()).toBe(1);
  });

  test('leaves no timer when it is given up', async () => {
    const program = hangingProgram();
    const clock = new FakeClock();
    const receiver = await startReceiver();
    const { push, delivery } = startDelivery(backend(receiver), { clock, random });
    push('m');
    const isCalled = () => {
      if (program.calls() === 0) clock.advance(1);
      return program.calls() > 0;
    };
    await waitUntil(isCalled, 'the program');
    expect(clock.pendingTimers).toBeGreaterThan(0);
    await delivery.stop(AbortSignal.abort());
    await waitUntil(() => clock.pendingTimers === 0, 'no timer');
  });
});
