// The real command with a spool, and a stream of numbered pushes to it whose answers are remembered: what was acknowledged
// has to arrive, once and in order, whatever happens to the disk.
import { expect } from 'vitest';
import { metricValue } from '../../support/metric-value.ts';
import { RunningSluice, type SluiceCommand } from '../../support/running-sluice.ts';
import type { ScriptedReceiver } from '../../support/scripted-receiver.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitForValue } from '../../support/wait-for-value.ts';
import { waitUntil } from '../../support/wait-until.ts';

export interface SpoolSettings {
  readonly directory: string;
  readonly url: string;
}

/** The smallest spool that can be configured. */
export const SPOOL_BYTES = 16 * 1024 * 1024;

/** The arguments of a start with a spool in `directory`; a new configuration file each time. */
export function spoolArguments({ directory, url }: SpoolSettings): readonly string[] {
  const config = {
    listenAddress: '127.0.0.1:0',
    logging: { format: 'json' },
    shutdownTimeout: '2s',
    remoteWrite: [
      {
        name: 'real',
        url,
        queueConfig: {
          shards: 2,
          batchSendDeadline: '20ms',
          minBackoff: '5ms',
          maxBackoff: '100ms',
          sampleAgeLimit: 0,
        },
      },
    ],
    spool: { directory, maxSize: SPOOL_BYTES },
  };
  // JSON is YAML.
  return ['--config', new TemporaryFolder().write('collector.yaml', JSON.stringify(config))];
}

export class SpooledSluice {
  readonly sluice: RunningSluice;

  private constructor(sluice: RunningSluice) {
    this.sluice = sluice;
  }

  static async start(settings: SpoolSettings): Promise<SpooledSluice> {
    return new SpooledSluice(await RunningSluice.start(spoolArguments(settings)));
  }

  get command(): SluiceCommand {
    return this.sluice.command;
  }

  async ready(): Promise<string> {
    return (await this.sluice.get('/-/ready')).text;
  }

  async metric(series: string): Promise<number> {
    return metricValue(await this.sluice.metrics(), series);
  }

  /** Waits until the spool is in trouble, or out of it, and says so everywhere. */
  async whenUsable(isUsable: boolean): Promise<void> {
    const wanted = isUsable ? 1 : 0;
    const read = () => this.metric('sluice_spool_usable');
    await waitForValue(read, (usable) => usable === wanted, `sluice_spool_usable ${wanted}`, 60_000);
  }

  kill(): Promise<unknown> {
    return this.sluice.stop('SIGKILL');
  }
}

/** Pushes the values 1, 2, 3, … of one series. */
export class NumberedPushes {
  readonly acknowledged: number[] = [];
  #last = 0;

  /** Returns the status; anything but the two is a failure. */
  async push({ sluice }: SpooledSluice, headers: Record<string, string> = {}): Promise<202 | 503> {
    const value = ++this.#last;
    const { status, text, headers: answered } = await sluice.push(`numbered ${value}\n`, { headers });
    expect([202, 503], text).toContain(status);
    if (status === 202) this.acknowledged.push(value);
    else expect(Number(answered['retry-after'])).toBeGreaterThan(0);
    return status as 202 | 503;
  }

  async pushMany(sluice: SpooledSluice, count: number): Promise<void> {
    for (let i = 0; i < count; i++) expect(await this.push(sluice)).toBe(202);
  }

  /** Waits until all that was acknowledged has arrived, and nothing else has. */
  async expectArrived(...receivers: readonly ScriptedReceiver[]): Promise<void> {
    const arrived = () => receivers.flatMap((receiver) => receiver.deliveredValues);
    const last = this.acknowledged.at(-1);
    await waitUntil(() => arrived().includes(last!), 'the last push that was acknowledged');
    expect(arrived()).toEqual(this.acknowledged);
  }
}
