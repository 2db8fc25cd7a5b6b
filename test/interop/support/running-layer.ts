// A started layer with a stand-in of Lambda's APIs and a backend. It ends with its test.
import type { ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { startReceiver } from '../../support/delivery-setup.ts';
import { type HttpAnswer, sendPush } from '../../support/http-client.ts';
import { FakeLambda } from '../../support/lambda/fake-lambda.ts';
import type { ScriptedReceiver } from '../../support/scripted-receiver.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** An emulator on a busy machine takes its time. */
const PATIENCE_MS = 60_000;

export class RunningLayer {
  readonly lambda: FakeLambda;
  readonly receiver: ScriptedReceiver;
  output = '';
  ending: number | string | undefined;

  private constructor(lambda: FakeLambda, receiver: ScriptedReceiver) {
    this.lambda = lambda;
    this.receiver = receiver;
  }

  /** `run` starts the extension with this environment. Resolves when it has registered and waits for an event. */
  static async start(
    run: (env: Readonly<Record<string, string>>) => ChildProcess,
    more: Readonly<Record<string, string>> = {},
  ): Promise<RunningLayer> {
    const layer = new RunningLayer(
      await FakeLambda.start({ telemetry: 'unsupported' }),
      await startReceiver(),
    );
    layer.#follow(
      run({
        AWS_LAMBDA_RUNTIME_API: layer.lambda.endpoint,
        LISTEN_ADDRESS: '127.0.0.1:0',
        LOGGING_LEVEL: 'info',
        MAX_WAIT: '30s',
        REMOTE_WRITE_URL: layer.receiver.url(),
        SLUICE_LAMBDA_TELEMETRY_ADDRESS: '127.0.0.1:0',
        ...more,
      }),
    );
    await layer.idle();
    return layer;
  }

  /** One invocation in which the function pushes once. */
  async invokeWithPush(body: string): Promise<HttpAnswer> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    this.lambda.sendEvent({
      eventType: 'INVOKE',
      requestId: 'one',
      deadlineMs,
      invokedFunctionArn: 'arn',
      tracing: {},
    });
    const answer = await sendPush(this.#address(), body);
    await this.idle();
    return answer;
  }

  idle(): Promise<void> {
    return this.#until(() => this.lambda.isExtensionIdle, 'an extension that waits for an event');
  }

  /** Its exit code, or the signal that killed it. */
  async shutDown(): Promise<number | string | undefined> {
    this.lambda.shutDown();
    await waitUntil(() => this.ending !== undefined, 'the end of the extension', PATIENCE_MS);
    return this.ending;
  }

  #follow(child: ChildProcess): void {
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    child.once('close', (code, signal) => {
      this.ending = code ?? signal ?? 1;
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await waitUntil(() => this.ending !== undefined, 'the end of the extension');
    });
  }

  #address(): string {
    const address = /"address":"([^"]+)","event":"listening"/.exec(this.output)?.[1];
    if (address === undefined)
      throw new Error(`Cannot push: expected a listening extension, found\n${this.output}`);
    return address;
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    await waitUntil(() => holds() || this.ending !== undefined, what, PATIENCE_MS);
    if (!holds()) throw new Error(`Cannot go on: the extension ended with ${this.ending}\n${this.output}`);
  }
}
