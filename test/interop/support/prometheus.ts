// A real Prometheus that takes remote write, with its own folder and port.

import { freePort } from '../../support/free-port.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { type Access, fetchText } from './fetch-text.ts';
import { RunningProgram } from './running-program.ts';
import { fetchStored, type StoredSeries } from './stored-series.ts';

export interface PrometheusOptions {
  /** The text of `--web.config.file`, and how to get in then. */
  readonly web?: { readonly config: string; readonly access: Access };
  /** Of `--enable-feature`. */
  readonly features?: readonly string[];
}

const REJECTION = /out of order|duplicate sample|out of bounds|error appending|invalid label/i;

export class Prometheus {
  readonly url: string;
  readonly #args: readonly string[];
  readonly #access: Access;
  #program: RunningProgram;
  #earlierOutput = '';

  private constructor(url: string, args: readonly string[], access: Access) {
    this.url = url;
    this.#args = args;
    this.#access = access;
    this.#program = new RunningProgram('prometheus', args);
  }

  static async start({ web, features = [] }: PrometheusOptions = {}): Promise<Prometheus> {
    const folder = new TemporaryFolder();
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${folder.write('prometheus.yml', 'global: { scrape_interval: 1h }\n')}`,
      `--storage.tsdb.path=${folder.path}/data`,
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
      ...features.map((feature) => `--enable-feature=${feature}`),
      ...(web ? [`--web.config.file=${folder.write('web.yml', web.config)}`] : []),
    ];
    const prometheus = new Prometheus(`${web ? 'https' : 'http'}://${address}`, args, web?.access ?? {});
    await prometheus.#whenReady();
    return prometheus;
  }

  get writeUrl(): string {
    return `${this.url}/api/v1/write`;
  }

  stop(signal?: NodeJS.Signals): Promise<void> {
    return this.#program.stop(signal);
  }

  /** Starts again, after a stop, on what is stored. */
  async startAgain(): Promise<void> {
    this.#earlierOutput += this.#program.output;
    this.#program = new RunningProgram('prometheus', this.#args);
    await this.#whenReady();
  }

  stored(selector: string): Promise<readonly StoredSeries[]> {
    return fetchStored(this.url, selector, this.#access);
  }

  /** What it has refused since it was first started: lines of its log, and answers of 4xx to writes. */
  async rejections(): Promise<readonly string[]> {
    const { text } = await fetchText(`${this.url}/metrics`, this.#access);
    const answers = text
      .split('\n')
      .filter((line) => /^prometheus_http_requests_total\{code="4.*handler="\/api\/v1\/write"/.test(line));
    const counters = text
      .split('\n')
      .filter((line) =>
        /^prometheus_tsdb_(?:out_of_(?:order|bound)|too_old)_samples_total.* [^0]/.test(line),
      );
    const logged = (this.#earlierOutput + this.#program.output)
      .split('\n')
      .filter((line) => REJECTION.test(line));
    return [...logged, ...answers, ...counters];
  }

  #whenReady(): Promise<void> {
    return this.#program.whenReady(async () => {
      const { status } = await fetchText(`${this.url}/-/ready`, this.#access);
      return status === 200;
    });
  }
}
