// The programs that a chaos run can kill: how each is started on a folder and a port, where it is pushed to, and what its
// answers promise.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KillOptions, Level } from './kill-options.ts';
import type { KillableOptions } from './killable.ts';

export interface Peer {
  readonly program: KillableOptions;
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
  readonly backendPort: number;
}

const ROOT = new URL('../../', import.meta.url);
const MAX_WAIT = '500ms';
/** So that a backend that is away for a second has the lanes read back from disk. */
const SMALL_MEMORY = { maxQueueSize: '32KiB', maxRequestBytes: '16KiB' };

export function peerOf({ peer, level, persists }: KillOptions, place: Place): Peer {
  switch (peer) {
    case 'sluice':
      return sluice(level, place);
    case 'vmagent':
      return vmagent(place);
    case 'pushgateway':
      return pushgateway(persists, place);
  }
}

function sluice(level: Level, { folder, port, backendPort }: Place): Peer {
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    logging: { level: 'warn', format: 'json' },
    push: {
      pushgateway: { acknowledge: level, ...(level === 'delivered' && { maxWait: MAX_WAIT }) },
    },
    remoteWrite: [
      {
        name: 'chaos',
        url: backendUrl(backendPort),
        remoteTimeout: '5s',
        queueConfig: {
          batchSendDeadline: '20ms',
          maxBackoff: '200ms',
          sampleAgeLimit: 0,
          ...(level !== 'queued' && SMALL_MEMORY),
        },
      },
    ],
    ...(level !== 'queued' && { spool: { directory: join(folder, 'spool'), maxSize: '4GiB' } }),
  };
  const file = join(folder, 'collector.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  return {
    program: {
      command: process.execPath,
      args: [fileURLToPath(new URL('bin/sluice.js', ROOT)), '--config', file],
      readyUrl: `http://127.0.0.1:${port}/-/healthy`,
    },
    target: (instance) => `/pushgateway/metrics/job/chaos/instance/${instance}`,
    confirms: (status) => status === 200,
    drainedAfterMs: 2000,
    inDoubtBy: 'shard',
  };
}

function vmagent({ folder, port, backendPort }: Place): Peer {
  return {
    program: {
      command: 'vmagent',
      args: [
        `-httpListenAddr=127.0.0.1:${port}`,
        `-remoteWrite.url=${backendUrl(backendPort)}`,
        `-remoteWrite.tmpDataPath=${join(folder, 'vmagent')}`,
      ],
      readyUrl: `http://127.0.0.1:${port}/health`,
    },
    // Debian's does not know the paths of Pushgateway yet.
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
