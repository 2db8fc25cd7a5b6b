// Pushgateway sends nothing on: what it acknowledged is there if a scrape after its restart shows it, or something newer
// of the same group.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { KillOptions } from './kill-options.ts';
import { fixedPort, Killable } from './killable.ts';
import { peerOf, pushgatewayGroup } from './peers.ts';
import { Pusher } from './pusher.ts';

export interface PushgatewayKills {
  readonly rounds: number;
  readonly persists: boolean;
  readonly pushes: number;
  readonly acknowledged: number;
  /** Acknowledged pushes for which a scrape after the restart shows neither the push nor a newer one. */
  gone: number;
}

const SAMPLE = /^chaos\{instance="(c\d+)",job="chaos",part="0"\} (\d+)$/gm;

export async function runPushgatewayKills(options: KillOptions): Promise<PushgatewayKills> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
  const port = await fixedPort();
  const peer = peerOf(options, { folder, port, backendPorts: [] });
  const program = new Killable(peer.program);
  const random = new SeededRandom(options.seed);
  const kills = { rounds: options.rounds, persists: options.persists, pushes: 0, acknowledged: 0, gone: 0 };
  try {
    program.start();
    for (let round = 0; round < options.rounds; round++) {
      await program.whenReady();
      const pushers = Array.from({ length: options.connections }, (_, i) => {
        const instance = `c${i}`;
        return new Pusher({
          port,
          instance,
          target: pushgatewayGroup(instance),
          confirms: peer.confirms,
        });
      });
      await waitUntil(() => pushers.some(({ answers }) => answers > 0), 'a first answer');
      await pause(random.nat(options.msPerRound));
      await program.end('SIGKILL');
      for (const pusher of pushers) pusher.stop();
      program.start();
      await program.whenReady();
      count(kills, pushers, await heldAfter(port));
      // The next round counts from 1 again.
      await Promise.all(pushers.map((pusher) => forget(port, pusher)));
    }
    return kills;
  } finally {
    await program.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function heldAfter(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return new Map([...text.matchAll(SAMPLE)].map(([, instance, value]) => [instance!, Number(value)]));
}

async function forget(port: number, { instance }: Pusher): Promise<void> {
  await fetch(`http://127.0.0.1:${port}${pushgatewayGroup(instance)}`, { method: 'DELETE' });
}

function count(
  kills: { pushes: number; acknowledged: number; gone: number },
  pushers: readonly Pusher[],
  held: ReadonlyMap<string, number>,
): void {
  for (const { instance, outcomes } of pushers) {
    const newest = held.get(instance) ?? 0;
    const acknowledged = outcomes.flatMap((outcome, i) => (outcome === 'acknowledged' ? [i + 1] : []));
    kills.pushes += outcomes.length;
    kills.acknowledged += acknowledged.length;
    kills.gone += acknowledged.filter((value) => value > newest).length;
  }
}

export function describeGone({ rounds, persists, pushes, acknowledged, gone }: PushgatewayKills): string {
  return (
    `pushgateway ${persists ? 'with' : 'without'} --persistence.file: ${rounds} rounds, ${pushes} pushes, ` +
    `${acknowledged} acknowledged, ${gone} of these gone after the restart`
  );
}
