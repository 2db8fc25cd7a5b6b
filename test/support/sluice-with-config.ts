// The real command with a configuration file made for the test.
import type { Fields } from './road-config.ts';
import { RunningSluice, type SpawnOptions } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';

/** JSON is YAML: an object is written as it is. */
export function startSluice(config: Fields | string, options?: SpawnOptions): Promise<RunningSluice> {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
  const file = new TemporaryFolder().write('sluice.yaml', text);
  return RunningSluice.start(['--config', file], options);
}
