// The real command, with a configuration file that names the backends of a test.
import { RunningSluice } from '../../support/running-sluice.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

export interface BackendSettings {
  readonly url: string;
  readonly [key: string]: unknown;
}

export interface SluiceFiles {
  readonly [name: string]: string;
}

/** Starts `sluice --config FILE` with one backend named `real`; the files are put next to the configuration. */
export function startSluice(backend: BackendSettings, files?: SluiceFiles): Promise<RunningSluice> {
  return startSluiceWith([{ name: 'real', ...backend }], files);
}

/** `pushgateway`: settings of `push.pushgateway`. */
export function startSluiceWith(
  backends: readonly BackendSettings[],
  files: SluiceFiles = {},
  pushgateway: Readonly<Record<string, unknown>> = {},
): Promise<RunningSluice> {
  const folder = new TemporaryFolder();
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  const config = {
    listenAddress: '127.0.0.1:0',
    logging: { format: 'json' },
    push: { pushgateway },
    remoteWrite: backends.map((backend) => ({ queueConfig: { batchSendDeadline: '20ms' }, ...backend })),
  };
  // JSON is YAML.
  return RunningSluice.start(['--config', folder.write('collector.yaml', JSON.stringify(config))]);
}
