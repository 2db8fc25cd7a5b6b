// The receiving side of the newest Prometheus, built from its modules: its remote write handler and its storage, with a
// folder and a port. What it shows is exact: every float comes as its 64 bits.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../support/build-once.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { build, cacheFolder, versionOf } from '../clients/run-program.ts';
import type { AnsweredRequest, ExactSeries } from './exact-series.ts';
import { fetchText } from './fetch-text.ts';
import { itAfter } from './it-after.ts';
import { RunningProgram } from './running-program.ts';

export interface NewestPrometheusOptions {
  /** Messages that are not refused with 415. */
  readonly accept?: 'v1' | 'v2' | 'both';
  /** How late a sample may be, as Go writes durations; by default not at all. */
  readonly outOfOrderWindow?: string;
  /** Stores a zero at the start timestamp of each counter and histogram. */
  readonly startZeros?: boolean;
}

const SOURCES = new URL('../newest-prometheus/', import.meta.url);

/** `it` for tests that start one; to be called once in a file. */
export function itWithNewestPrometheus() {
  return itAfter(async () => {
    await built();
  });
}

export class NewestPrometheus {
  readonly url: string;
  readonly #program: RunningProgram;

  private constructor(url: string, program: RunningProgram) {
    this.url = url;
    this.#program = program;
  }

  static async start(options: NewestPrometheusOptions = {}): Promise<NewestPrometheus> {
    const program = new RunningProgram(join(await built(), 'newest-prometheus'), [
      `--folder=${new TemporaryFolder().path}`,
      `--accept=${options.accept ?? 'both'}`,
      `--out-of-order-window=${options.outOfOrderWindow ?? '0s'}`,
      `--start-zeros=${options.startZeros ?? false}`,
    ]);
    const address = () => /^listening on (\S+)$/m.exec(program.output)?.[1];
    await program.whenReady(async () => address() !== undefined);
    return new NewestPrometheus(`http://${address()}`, program);
  }

  get writeUrl(): string {
    return `${this.url}/api/v1/write`;
  }

  /** All series, in the order of their labels. */
  async series(): Promise<readonly ExactSeries[]> {
    return (await this.#stored()).series;
  }

  /** Every write so far, in the order in which they were answered. */
  async requests(): Promise<readonly AnsweredRequest[]> {
    return (await this.#stored()).requests;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  async #stored(): Promise<{ series: readonly ExactSeries[]; requests: readonly AnsweredRequest[] }> {
    const { status, text } = await fetchText(`${this.url}/stored`);
    if (status !== 200) throw new Error(`Cannot read the storage: expected 200, found ${status}: ${text}`);
    return JSON.parse(text);
  }
}

function built(): Promise<string> {
  return buildOnce(cacheFolder('newest-prometheus'), SOURCES, async (into) => {
    await versionOf('go', '1.26 or later, from https://go.dev/dl', ['version']);
    const args = ['build', '-buildvcs=false', '-o', join(into, 'newest-prometheus'), '.'];
    await build('go', args, { cwd: fileURLToPath(SOURCES) });
  });
}
