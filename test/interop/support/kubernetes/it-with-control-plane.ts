// Tests that share an API server: it is built and started before them, and skipped or failed as itAfter says.
import { afterAll } from 'vitest';
import { itAfter } from '../it-after.ts';
import { ControlPlane } from './control-plane.ts';

/** `it` for the tests of a file, to be called once in it. */
export function itWithControlPlane() {
  let plane: ControlPlane | undefined;
  const it = itAfter(async () => {
    plane = await ControlPlane.start();
  });
  afterAll(() => plane?.stop());
  return (name: string, test: (plane: ControlPlane) => Promise<void>): void => it(name, () => test(plane!));
}

/** A namespace that takes only pods of the strictest Pod Security level, and says what is wrong with others. */
export function makeRestrictedNamespace(plane: ControlPlane, name: string): Promise<void> {
  return makeNamespace(plane, name, 'restricted');
}

export async function makeNamespace(
  plane: ControlPlane,
  name: string,
  level: 'restricted' | 'privileged',
): Promise<void> {
  const levels = ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]);
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: Object.fromEntries(levels) },
  };
  await plane.mustKubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(namespace));
  // Without its account no pod is admitted.
  await plane.mustKubectl([
    'wait',
    `--namespace=${name}`,
    '--for=create',
    'serviceaccount/default',
    '--timeout=60s',
  ]);
}
