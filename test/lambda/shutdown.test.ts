// Lambda ends the environment: what is still there is delivered within its deadline, and the extension ends with 0.
import { describe, expect, it } from 'vitest';
import { sendHttp } from '../support/http-client.ts';
import { startLambda } from '../support/lambda/lambda-setup.ts';

const IMPATIENT = { MAX_WAIT: '100ms', SLUICE_LAMBDA_FLUSH_TIMEOUT: '100ms' };

it('a stop by request is refused, even if the configuration allows it', async () => {
  const { environment } = await startLambda({ env: { ENABLE_LIFECYCLE: 'true' } });
  const post = async (target: string) =>
    (await sendHttp(environment.address, { method: 'POST', target })).status;
  expect(await post('/-/flush')).toBe(200);
  expect(await post('/-/quit')).toBe(403);
});

describe('a shutdown', () => {
  it('delivers what was left, and ends with 0', async () => {
    const { receiver, environment, lambda, invoke } = await startLambda({
      script: [{ status: 503 }],
      env: IMPATIENT,
    });
    await invoke([1, 2]);
    receiver.play({});
    lambda.shutDown('SPINDOWN', 10_000);
    expect(await environment.ended()).toBe(0);
    expect(receiver.deliveredValues).toEqual([1, 2]);
  });

  it('delivers what was left also after a freeze in which all connections died', async () => {
    const { receiver, environment, lambda, invoke } = await startLambda({
      script: [{ fault: 'never-answer' }, {}],
      env: { ...IMPATIENT, SLUICE_LAMBDA_RECONNECT_AFTER: '0s' },
      allowsRepeats: true,
    });
    await invoke([1]);
    await environment.freeze();
    environment.thaw();
    lambda.shutDown('SPINDOWN', 10_000);
    expect(await environment.ended()).toBe(0);
    expect(receiver.deliveredValues).toEqual([1]);
  });

  it('before a backend that is away ends in time, and says what is lost', async () => {
    const { environment, lambda, invoke } = await startLambda({
      script: [{ fault: 'never-answer' }],
      env: IMPATIENT,
    });
    await invoke([1, 2, 3]);
    lambda.shutDown('SPINDOWN', 1000);
    expect(await environment.ended()).toBe(0);
    expect(environment.logs('extensionStopped')).toEqual([
      expect.objectContaining({ level: 'error', lostSamples: 3 }),
    ]);
  });

  it('after a handler that has timed out delivers what it had pushed', async () => {
    const { receiver, environment, lambda } = await startLambda();
    const pushes = [{ body: 'm 1\n', headers: { prefer: 'respond-async' } }];
    void lambda.begin({ payload: { pushes, afterMs: 60_000 }, timeoutMs: 2000 });
    await expect.poll(() => lambda.extensionNexts, { timeout: 60_000 }).toBe(2);
    lambda.shutDown('TIMEOUT');
    expect(await environment.ended()).toBe(0);
    expect(receiver.deliveredValues).toEqual([1]);
  });

  it('before the first invocation ends with 0', async () => {
    const { environment, lambda } = await startLambda();
    lambda.shutDown('spindown');
    expect(await environment.ended()).toBe(0);
  });

  it('also follows SIGTERM', async () => {
    const { receiver, environment, invoke } = await startLambda({
      script: [{ status: 503 }],
      env: IMPATIENT,
    });
    await invoke([1]);
    receiver.play({});
    environment.extension.kill('SIGTERM');
    expect(await environment.ended()).toBe(0);
    expect(receiver.deliveredValues).toEqual([1]);
  });
});
