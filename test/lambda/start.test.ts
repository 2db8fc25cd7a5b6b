// How the extension starts, and what it does if it cannot: the function continues without its metrics.
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { freePort } from '../support/free-port.ts';
import { sendPush } from '../support/http-client.ts';
import { LambdaEnvironment } from '../support/lambda/lambda-environment.ts';
import { startLambda } from '../support/lambda/lambda-setup.ts';
import { seriesText } from '../support/series-text.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

/** An extension that is not expected to listen. */
async function startBroken(env: Readonly<Record<string, string>>) {
  const port = await freePort();
  const environment = await LambdaEnvironment.start({
    env: { LISTEN_ADDRESS: `127.0.0.1:${port}`, ...env },
    hasFunction: false,
  });
  return { environment, lambda: environment.lambda, address: `127.0.0.1:${port}` };
}

describe('an extension that cannot start', () => {
  it('says why, answers pushes with 503 and the reason, and lets invocations end', async () => {
    const { environment, lambda, address } = await startBroken({
      REMOTE_WRITE_URL: 'http://metrics.example/',
    });
    await environment.until(() => lambda.isExtensionIdle, 'an extension that waits for an event');
    const [line] = await environment.logged('extensionCannotStart');
    expect(line).toMatchObject({
      level: 'error',
      reason: expect.stringMatching(/^environment: REMOTE_WRITE_URL: /),
    });
    expect(await sendPush(address, 'm 1\n')).toMatchObject({
      status: 503,
      text: `Cannot take push: Sluice could not start: ${line!.reason}\n`,
    });
    const { extensionNexts } = lambda;
    lambda.sendEvent({ eventType: 'INVOKE', requestId: 'x', deadlineMs: Date.now() + 60_000 });
    await environment.until(() => lambda.extensionNexts === extensionNexts + 1, 'the end of the invocation');
    lambda.shutDown();
    expect(await environment.ended()).toBe(0);
    expect(lambda.initError).toBeUndefined();
  });

  const saysWhy = (what: string, env: Readonly<Record<string, string>>, reason: string) =>
    it(`says why: ${what}`, async () => {
      const { environment } = await startBroken(env);
      expect((await environment.logged('extensionCannotStart'))[0]?.reason).toBe(reason);
    });
  saysWhy(
    'nothing is configured',
    {},
    'Cannot find a configuration: expected one of REMOTE_WRITE_URL, SLUICE_CONFIG, SLUICE_CONFIG_FILE, /nowhere/sluice.yaml, /opt/sluice/sluice.yaml, found none',
  );
  saysWhy(
    'settings of its own that cannot be used',
    { SLUICE_LAMBDA_FLUSH_TIMEOUT: 'soon', SLUICE_LAMBDA_LABELS: 'job' },
    'environment: SLUICE_LAMBDA_FLUSH_TIMEOUT: expected a duration from 0 to 15m such as 1s, found "soon"\n' +
      'environment: SLUICE_LAMBDA_LABELS: expected none, or some of function_name, function_version, region, instance with commas between, found "job"',
  );

  it('reports that to Lambda and ends if it is to be strict', async () => {
    const { environment, lambda } = await startBroken({
      SLUICE_LAMBDA_STRICT: 'true',
      REMOTE_WRITE_TOKEN: 't',
    });
    expect(await environment.ended()).toBe(1);
    expect(lambda.initError).toEqual({
      type: 'Extension.CannotStart',
      body: {
        errorType: 'Extension.CannotStart',
        errorMessage: (await environment.logged('extensionCannotStart'))[0]?.reason,
        stackTrace: [],
      },
    });
    expect(lambda.extensionNexts).toBe(0);
  });

  it('since its port is taken stays registered all the same', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      taken.close();
    });
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { environment, lambda } = await startBroken({
      REMOTE_WRITE_URL: 'http://127.0.0.1:9/',
      LISTEN_ADDRESS: `127.0.0.1:${port}`,
    });
    await environment.until(() => lambda.isExtensionIdle, 'an extension that waits for an event');
    expect((await environment.logged('extensionCannotStart'))[0]?.reason).toBe(
      `Cannot listen on 127.0.0.1:${port}: expected a port that no other program listens on, found EADDRINUSE`,
    );
  });

  it('outside of Lambda says that', async () => {
    const { environment } = await startBroken({ AWS_LAMBDA_RUNTIME_API: '' });
    expect(await environment.ended()).toBe(1);
    expect(environment.stderr).toBe(
      'sluice: Cannot run as a Lambda extension: expected AWS_LAMBDA_RUNTIME_API, which Lambda sets, found none\n',
    );
  });

  it('since Lambda does not register it says that', async () => {
    const { environment } = await startBroken({
      AWS_LAMBDA_INITIALIZATION_TYPE: '',
      REMOTE_WRITE_URL: 'http://127.0.0.1:9/',
      ...{ AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9' },
    });
    expect(await environment.ended()).toBe(1);
    expect(environment.stderr).toBe(
      'sluice: Cannot run as a Lambda extension: connect ECONNREFUSED 127.0.0.1:9\n',
    );
  });
});

describe('the configuration', () => {
  it('may be a file in the package of the function', async () => {
    const receiver = await startReceiver();
    const folder = new TemporaryFolder();
    const text = {
      listenAddress: '127.0.0.1:0',
      logging: { level: 'info' },
      remoteWrite: [{ url: receiver.url() }],
      spool: { directory: folder.path },
    };
    folder.write('sluice.yaml', JSON.stringify(text));
    const env = { LAMBDA_TASK_ROOT: folder.path, REMOTE_WRITE_URL: '' };
    const { invoke, environment } = await startLambda({ env });
    expect((await invoke([1])).statuses).toEqual([200]);
    expect(receiver.deliveredValues).toEqual([1]);
    expect(await environment.logged('configurationWarning')).toEqual([
      expect.objectContaining({
        detail:
          'The spool is not used: the disk of a Lambda environment is gone with it; what would be stored is delivered',
      }),
    ]);
  });

  it('adds the labels that are asked for, unless they are pushed', async () => {
    const { receiver, lambda } = await startLambda({
      env: { SLUICE_LAMBDA_LABELS: 'function_name, region,instance', AWS_REGION: 'eu-central-1' },
    });
    await lambda.invoke({ payload: { pushes: [{ body: 'm{region="mars"} 1\n', job: 'j' }] } });
    const [series] = receiver.delivered.map(seriesText);
    expect(series).toMatch(/^m\{function_name="function",instance="[0-9a-f]{8}",job="j",region="mars"\} 1/);
  });
});
