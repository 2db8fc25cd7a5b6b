// The program in a Lambda layer. It registers before it loads the rest of itself: the function's own start waits until all
// extensions have registered, and then goes on at the same time.
import type { Environment } from '../config/expand-variables.ts';
import { ExtensionsApi } from './extensions-api.ts';

// Not awaited at the top: a script, which the bundle is, cannot.
void main(process.env).then((code) => process.exit(code));

async function main(env: Environment): Promise<number> {
  const endpoint = env.AWS_LAMBDA_RUNTIME_API;
  if (!endpoint) return fail('expected AWS_LAMBDA_RUNTIME_API, which Lambda sets, found none');
  const isManaged = env.AWS_LAMBDA_INITIALIZATION_TYPE === 'lambda-managed-instances';
  const registering = ExtensionsApi.register({
    endpoint,
    name: env.SLUICE_EXTENSION_NAME || 'sluice',
    // If invocations run at the same time, extensions get no events about them and may not ask for any.
    events: isManaged ? ['SHUTDOWN'] : ['INVOKE', 'SHUTDOWN'],
  });
  // Loading takes all of the processor, so the answer to the registration comes first. A failure is handled below.
  await registering.catch(() => undefined);
  try {
    const { runExtension } = await import('./extension.ts');
    return await runExtension(env, registering);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(reason: string): number {
  process.stderr.write(`sluice: Cannot run as a Lambda extension: ${reason}\n`);
  return 1;
}
