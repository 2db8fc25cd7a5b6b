// The thread of the backend of a chaos run, so that decoding does not slow down the pushes. It runs and answers each command.
import { parentPort, workerData } from 'node:worker_threads';
import { ChaosBackend } from './chaos-backend.ts';
import type { Order } from './chaos-receiver.ts';

const backend = new ChaosBackend((workerData as { port: number }).port);

parentPort!.on('message', async (order: Order) => parentPort!.postMessage(await obey(order)));

async function obey(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'mood':
      return backend.changeMood(order.mood, order.seed);
    case 'generation':
      backend.generation = order.number;
      return undefined;
    case 'quietMs':
      return backend.quietMs;
    case 'taken':
      return backend.taken;
  }
}
