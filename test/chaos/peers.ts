// The programs that a chaos run can kill: how each is started on a folder and a port, where it is pushed to, and what its
// answers promise.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KillOptions, Level } from './kill-options.ts';
import type { KillableOptions } from './killable.ts';
import { START_HEADER } from './taken-samples.ts';

export interface Peer {
  readonly program: KillableOptions;
  /** What has to be done before the start with this number. */
  readonly prepare?: (start: number) => void;
  /** Where one instance of the job `chaos` is pushed to. */
  readonly target: (instance: string) => string;
  /** Statuses that say that the backend has the push. */
  readonly confirms: (status: number) => boolean;
  /** With the backend back, everything has been sent when nothing came for so long. */
  readonly drainedAfterMs: number;
  /** What of a kill may be sent twice: what a shard, or what a connection, sent last. */
  readonly inDoubtBy: 'shard' | 'connection';
}

export interface Place {
  /** An empty folder, kept over kills. */
  readonly folder: string;
  readonly port: number;
  readonly backendPorts: readonly number[];
}

const ROOT = new URL('../../', import.meta.url);
/** The first is what a start has that says nothing else. */
const SHARDS = [4, 1, 3, 8] as const;
const MAX_WAIT = '500ms';
/** So that a backend that is away for a second has the lanes read back from disk. */
const SMALL_MEMORY = { maxQueueSize: '32KiB', maxRequestBytes: '16KiB' };

export function peerOf(options: KillOptions, place: Place): Peer {
  switch (options.peer) {
    case 'sluice':
      return sluice(options, place);
    case 'vmagent':
      return vmagent(place);
    case 'pushgateway':
      return pushgateway(options.persists, place);
  }
}

function sluice({ level, reshards }: KillOptions, place: Place): Peer {
  const { folder, port } = place;
  const file = join(folder, 'collector.yaml');
  const configure = (start: number, shards: number) =>
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(sluiceConfig(level, start, shards, place)));
  return {
    program: {
      command: process.execPath,
      args: [fileURLToPath(new URL('bin/sluice.js', ROOT)), '--config', file],
      readyUrl: `http://127.0.0.1:${port}/-/healthy`,
    },
    prepare: (start) => configure(start, reshards ? SHARDS[start % SHARDS.length]! : SHARDS[0]),
    target: (instance) => `/pushgateway/metrics/job/chaos/instance/${instance}`,
    confirms: (status) => status === 200,
    drainedAfterMs: 2000,
    // With other shards the same series meet others.
    inDoubtBy: reshards ? 'connection' : 'shard',
  };
}

function sluiceConfig(
  level: Level,
  start: number,
  shards: number,
  { folder, port, backendPorts }: Place,
): unknown {
  return {
    listenAddress: `127.0.0.1:${port}`,
    logging: { level: 'warn', format: 'json' },
    shutdownTimeout: '200ms',
    push: {
      pushgateway: { acknowledge: level, ...(level === 'delivered' && { maxWait: MAX_WAIT }) },
    },
    remoteWrite: backendPorts.map((backendPort, i) => ({
      name: `chaos-${i + 1}`,
      url: backendUrl(backendPort),
      remoteTimeout: '5s',
      headers: { [START_HEADER]: String(start) },
      queueConfig: {
        shards,
        batchSendDeadline: '20ms',
        maxBackoff: '200ms',
        sampleAgeLimit: 0,
        ...(level !== 'queued' && SMALL_MEMORY),
      },
    })),
    ...(level !== 'queued' && { spool: { directory: join(folder, 'spool'), maxSize: '4GiB' } }),
  };
}

function vmagent({ folder, port, backendPorts }: Place): Peer {
  return {
    program: {
      command: 'vmagent',
      args: [
        `-httpListenAddr=127.0.0.1:${port}`,
        ...backendPorts.map((backendPort) => `-remoteWrite.url=${backendUrl(backendPort)}`),
        `-remoteWrite.tmpDataPath=${join(folder, 'vmagent')}`,
      ],
      readyUrl: `http://127.0.0.1:${port}/health`,
    },
    // Debian's version does not have the paths of Pushgateway yet.
    target: (instance) => `/api/v1/import/prometheus?extra_label=job=chaos&extra_label=instance=${instance}`,
    confirms: never,
    // Its pauses between attempts double up to a minute.
    drainedAfterMs: 65_000,
    inDoubtBy: 'connection',
  };
}

function pushgateway(persists: boolean, { folder, port }: Place): Peer {
  return {
    program: {
      command: 'prometheus-pushgateway',
      args: [
        `--web.listen-address=127.0.0.1:${port}`,
        `--persistence.file=${persists ? join(folder, 'pushgateway') : ''}`,
      ],
      readyUrl: `http://127.0.0.1:${port}/-/ready`,
    },
    target: pushgatewayGroup,
    confirms: never,
    drainedAfterMs: 0,
    inDoubtBy: 'connection',
  };
}

/** The group that an instance of the job `chaos` pushes to. */
export function pushgatewayGroup(instance: string): string {
  return `/metrics/job/chaos/instance/${instance}`;
}

function backendUrl(port: number): string {
  return `http://127.0.0.1:${port}/api/v1/write`;
}

function never(): boolean {
  return false;
}
