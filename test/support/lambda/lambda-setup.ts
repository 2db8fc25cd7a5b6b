// An environment before a scripted backend, and what a test wants to know of an invocation.
import { startReceiver } from '../delivery-setup.ts';
import type { ScriptedReceiver, Step } from '../scripted-receiver.ts';
import type { FakeLambda, FakeLambdaOptions, InvokeOptions } from './fake-lambda.ts';
import { LambdaEnvironment } from './lambda-environment.ts';

export interface LambdaSetupOptions extends FakeLambdaOptions {
  readonly script?: readonly Step[];
  readonly env?: Readonly<Record<string, string>>;
  /** What was taken may come again if its answer was lost. */
  readonly allowsRepeats?: boolean;
}

export interface PushAnswer {
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

export interface Invoked {
  readonly pushes: readonly PushAnswer[];
  readonly statuses: readonly number[];
  /** How long the extension held up the end of the invocation. */
  readonly heldMs: number;
}

export interface LambdaSetup {
  readonly receiver: ScriptedReceiver;
  readonly environment: LambdaEnvironment;
  readonly lambda: FakeLambda;
  /** One push of `m <value>` for each value, one after the other. */
  invoke(
    values: readonly number[],
    options?: InvokeOptions & { headers?: Record<string, string> },
  ): Promise<Invoked>;
}

export async function startLambda(options: LambdaSetupOptions = {}): Promise<LambdaSetup> {
  const { script, env = {}, allowsRepeats = false, ...others } = options;
  const receiver = await startReceiver(script, { allowsRepeats });
  // A slow machine is no backend that is away.
  const patient = { MAX_WAIT: '20s', SLUICE_LAMBDA_FLUSH_TIMEOUT: '20s' };
  const backend = { REMOTE_WRITE_URL: receiver.url(), ...patient, ...env };
  const environment = await LambdaEnvironment.start({ env: backend, ...others });
  const { lambda } = environment;
  const invoke: LambdaSetup['invoke'] = async (values, { headers = {}, payload, ...rest } = {}) => {
    const pushes = values.map((value) => ({ body: `m ${value}\n`, headers }));
    const made = { ...rest, payload: payload ?? { pushes } };
    const { response, heldMs } = await lambda.invoke(made);
    const answers = response as readonly PushAnswer[];
    return { pushes: answers, statuses: answers.map(({ status }) => status), heldMs };
  };
  return { receiver, environment, lambda, invoke };
}
