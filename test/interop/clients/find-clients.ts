// Every client there is: the exports of the files `<folder>/client.ts` in this folder.
import { readdirSync } from 'node:fs';
import type { PushClient } from './push-client.ts';

const HERE = new URL('./', import.meta.url);

/** In the order of the folders. Throws if two have the same id, or a folder has no client. */
export async function findClients(): Promise<readonly PushClient[]> {
  const folders = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.map(({ name }) => new URL(`${name}/client.ts`, HERE)).sort();
  const found = await Promise.all(files.map(readClients));
  const clients = found.flat();
  const ids = clients.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined)
    throw new Error(`Cannot list the clients: expected one of the id ${twice}, found two`);
  return clients;
}

async function readClients(file: URL): Promise<readonly PushClient[]> {
  const exported = Object.values((await import(file.href)) as Record<string, unknown>);
  const clients = exported.filter(isClient);
  if (clients.length === 0)
    throw new Error(`Cannot read ${file.pathname}: expected an exported client, found none`);
  return clients;
}

function isClient(value: unknown): value is PushClient {
  return typeof value === 'object' && value !== null && 'prepare' in value && 'push' in value;
}
