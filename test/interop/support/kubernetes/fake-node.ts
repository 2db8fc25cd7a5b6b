// A node without containers, and pods that are said to run on it. Where its kubelet runs, ports of the pods lead to a program.
import type { ControlPlane } from './control-plane.ts';

const NAME = 'node-1';

/** A node that takes pods. `kubeletPort`: where the API server reaches its kubelet on loopback. */
export async function addNode(plane: ControlPlane, kubeletPort?: number): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NAME } };
  await plane.mustKubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(node));
  // A new node is taken for one that is not ready.
  await patch(plane, ['node', NAME], { spec: { taints: null } });
  if (kubeletPort === undefined) return;
  await patch(plane, ['node', NAME, '--subresource=status'], {
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    },
  });
}

/** Does for all pods of a namespace what scheduler and kubelet would do: they are on the node, running and ready. */
export async function runPods(plane: ControlPlane, namespace: string): Promise<readonly string[]> {
  const listed = await plane.mustKubectl(['get', 'pods', '-n', namespace, '-o', 'name']);
  const names = listed.split('\n').flatMap((line) => line.split('/')[1] ?? []);
  for (const name of names) {
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name },
      target: { kind: 'Node', name: NAME },
    };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
    await plane.mustKubectl(['create', `--raw=${path}`, '-f', '-'], JSON.stringify(binding));
    await patch(plane, ['pod', name, `--namespace=${namespace}`, '--subresource=status'], {
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
  }
  return names;
}

async function patch(plane: ControlPlane, object: readonly string[], change: object): Promise<void> {
  await plane.mustKubectl(['patch', ...object, '--type=merge', `--patch=${JSON.stringify(change)}`]);
}
