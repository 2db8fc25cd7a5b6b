// `sluice dev` as a person meets it: the addresses are those that it prints.
import { RunningSluice, type SpawnOptions } from './running-sluice.ts';
import { waitUntil } from './wait-until.ts';

export interface DevelopmentSluice {
  readonly sluice: RunningSluice;
  /** Of the line with curl. */
  readonly pushUrl: string;
  /** Of the page. */
  readonly pageUrl: string;
  /** Of the line with a query. */
  readonly exampleQueryUrl: string;
}

export async function startDevelopment(options: SpawnOptions = {}): Promise<DevelopmentSluice> {
  const env = { LISTEN_ADDRESS: '127.0.0.1:0', ...options.env };
  const sluice = await RunningSluice.start(['dev'], { ...options, env });
  const { command } = sluice;
  await waitUntil(() => command.stdout.includes('Ctrl-C stops.'), 'the words for a person');
  const find = (pattern: RegExp) => pattern.exec(command.stdout)?.[1] ?? '';
  return {
    sluice,
    pushUrl: find(/curl --data-binary @- (\S+)\n/),
    pageUrl: find(/See it arrive:\n {2}(\S+)\n/),
    exampleQueryUrl: find(/curl '(\S+)'\n/),
  };
}
