// One of several Sluice behind a load balancer: on a port that it keeps over a restart.

import { freePort } from '../../support/free-port.ts';
import { RunningSluice } from '../../support/running-sluice.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

export interface ReplicaSettings {
  readonly url: string;
  /** The value of the label `replica`; none without it. */
  readonly label?: string;
  readonly hasSpool?: boolean;
  readonly shutdownDelay?: string;
  readonly queueConfig?: Readonly<Record<string, unknown>>;
}

export class Replica {
  readonly port: number;
  readonly #args: readonly string[];
  sluice: RunningSluice;

  private constructor(port: number, args: readonly string[], sluice: RunningSluice) {
    this.port = port;
    this.#args = args;
    this.sluice = sluice;
  }

  static async start(settings: ReplicaSettings): Promise<Replica> {
    const { url, label, hasSpool = false, shutdownDelay = '0s', queueConfig } = settings;
    const port = await freePort();
    const folder = new TemporaryFolder();
    const config = {
      listenAddress: `127.0.0.1:${port}`,
      logging: { format: 'json' },
      enableLifecycle: true,
      shutdownDelay,
      shutdownTimeout: '20s',
      // "" is left out.
      labels: { defaults: { replica: label ?? '' } },
      remoteWrite: [{ name: 'real', url, queueConfig: { batchSendDeadline: '50ms', ...queueConfig } }],
      ...(hasSpool && { spool: { directory: `${folder.path}/spool`, maxSize: '64MiB' } }),
    };
    const args = ['--config', folder.write('collector.yaml', JSON.stringify(config))];
    return new Replica(port, args, await RunningSluice.start(args));
  }

  async startAgain(): Promise<void> {
    this.sluice = await RunningSluice.start(this.#args);
  }
}

/** Two with the labels `a` and `b`. */
export async function startTwo(
  settings: Omit<ReplicaSettings, 'label'>,
): Promise<readonly [Replica, Replica]> {
  return Promise.all([
    Replica.start({ ...settings, label: 'a' }),
    Replica.start({ ...settings, label: 'b' }),
  ]);
}
