// A real single-node VictoriaMetrics, with its own folder and port.

import { freePort } from '../../support/free-port.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { fetchText } from './fetch-text.ts';
import { RunningProgram } from './running-program.ts';
import { fetchStored, type StoredSeries } from './stored-series.ts';

const REJECTION = /^vm_(?:rows_(?:invalid|ignored)_total|http_request_errors_total\{path="\/api\/v1\/write")/;

export class VictoriaMetrics {
  readonly url: string;
  readonly #args: readonly string[];
  #program: RunningProgram;

  private constructor(url: string, args: readonly string[]) {
    this.url = url;
    this.#args = args;
    this.#program = new RunningProgram('victoria-metrics', args);
  }

  static async start(): Promise<VictoriaMetrics> {
    const folder = new TemporaryFolder();
    const address = `127.0.0.1:${await freePort()}`;
    const backend = new VictoriaMetrics(`http://${address}`, [
      `-storageDataPath=${folder.path}/data`,
      `-httpListenAddr=${address}`,
      '-retentionPeriod=1d',
      '-search.disableCache',
      '-search.latencyOffset=0s',
    ]);
    await backend.#whenReady();
    return backend;
  }

  get writeUrl(): string {
    return `${this.url}/api/v1/write`;
  }

  stop(signal?: NodeJS.Signals): Promise<void> {
    return this.#program.stop(signal);
  }

  /** Starts again, after a stop, on what is stored. */
  async startAgain(): Promise<void> {
    this.#program = new RunningProgram('victoria-metrics', this.#args);
    await this.#whenReady();
  }

  /** Every stored sample of the series that a selector picks. What has come in shows only after a flush. */
  async stored(selector: string): Promise<readonly StoredSeries[]> {
    await fetchText(`${this.url}/internal/force_flush`);
    return fetchStored(this.url, selector);
  }

  /** Its counters of rows that it did not take, if they are not zero. */
  async rejections(): Promise<readonly string[]> {
    const { text } = await fetchText(`${this.url}/metrics`);
    return text.split('\n').filter((line) => REJECTION.test(line) && !line.endsWith(' 0'));
  }

  #whenReady(): Promise<void> {
    return this.#program.whenReady(async () => (await fetchText(`${this.url}/health`)).status === 200);
  }
}
