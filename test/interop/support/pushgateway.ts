// A real Pushgateway that keeps nothing on disk, below the same prefix as Sluice.
import type { OutgoingHttpHeaders } from 'node:http';
import { freePort } from '../../support/free-port.ts';
import { type HttpAnswer, sendHttp } from '../../support/http-client.ts';
import { fetchText } from './fetch-text.ts';
import { RunningProgram } from './running-program.ts';

export interface ExposedAnswer extends HttpAnswer {
  /** What a scrape would have got; empty if the push was refused. */
  readonly exposed: string;
}

export class Pushgateway {
  readonly address: string;
  #program: RunningProgram;

  private constructor(address: string) {
    this.address = address;
    this.#program = run(address);
  }

  static async start(): Promise<Pushgateway> {
    const pushgateway = new Pushgateway(`127.0.0.1:${await freePort()}`);
    await pushgateway.#whenReady();
    return pushgateway;
  }

  /** Pushes, reads what it exposes then if it took the push, and then deletes what was pushed. */
  async push(
    target: string,
    body: string | Uint8Array,
    headers: OutgoingHttpHeaders = {},
  ): Promise<ExposedAnswer> {
    const answer = await sendHttp(this.address, { method: 'PUT', target, body, headers });
    const exposed = answer.status === 200 ? await this.#exposition() : '';
    await sendHttp(this.address, { method: 'DELETE', target });
    return { ...answer, exposed };
  }

  /** Pushes what makes it unusable, and starts it again. */
  async pushPoison(target: string, body: string | Uint8Array): Promise<ExposedAnswer> {
    const answer = await sendHttp(this.address, { method: 'PUT', target, body });
    await this.#program.stop('SIGKILL');
    this.#program = run(this.address);
    await this.#whenReady();
    return { ...answer, exposed: '' };
  }

  async #exposition(): Promise<string> {
    return (await sendHttp(this.address, { target: '/pushgateway/metrics' })).text;
  }

  #whenReady(): Promise<void> {
    const url = `http://${this.address}/pushgateway/-/ready`;
    return this.#program.whenReady(async () => (await fetchText(url)).status === 200);
  }
}

function run(address: string): RunningProgram {
  return new RunningProgram('prometheus-pushgateway', [
    `--web.listen-address=${address}`,
    '--web.route-prefix=/pushgateway',
    '--persistence.file=',
    '--log.level=error',
  ]);
}
