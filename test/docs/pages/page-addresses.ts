// Addresses on pages, replaced by those of a test, and back: ports of loopback to free ones, and the backend
// that a reader has to a receiver of the test.
import { freePort } from '../../support/free-port.ts';

/** The address of the remote-write backend that pages name for the reader's own. */
export const EXAMPLE_BACKEND = 'https://metrics.example.com/api/v1/write';

const PUSH_PORT = 3030;
const QUERY_PORT = 3031;
const LOOPBACK = /\b(?:127\.0\.0\.1|localhost|0\.0\.0\.0):(\d{4,5})\b/g;

export class PageAddresses {
  readonly #here = new Map<number, number>();
  readonly #backend: string;

  private constructor(backend: string) {
    this.#backend = backend;
  }

  /** Finds a free port for each one in `text`. */
  static async of(text: string, backend: string): Promise<PageAddresses> {
    const addresses = new PageAddresses(backend);
    const written = [...text.matchAll(LOOPBACK)].map(([, port]) => Number(port));
    for (const port of new Set([PUSH_PORT, ...written])) addresses.#here.set(port, await freePort());
    return addresses;
  }

  get pushAddress(): string {
    return `127.0.0.1:${this.#here.get(PUSH_PORT)}`;
  }

  /** `sluice dev` says where its query API is: at 3031, or elsewhere if that is taken. */
  learnQueryPort(printed: string): void {
    const [, port] = /^ {2}http:\/\/127\.0\.0\.1:(\d+)$/m.exec(printed) ?? [];
    if (port !== undefined) this.#here.set(QUERY_PORT, Number(port));
  }

  toHere(text: string): string {
    const moved = text.replace(LOOPBACK, (all, port) => {
      const here = this.#here.get(Number(port));
      return here === undefined ? all : `127.0.0.1:${here}`;
    });
    return moved.replaceAll(EXAMPLE_BACKEND, this.#backend);
  }

  /** Output of the test, with the addresses of the page. */
  toPage(text: string): string {
    let printed = text
      .replaceAll(this.#backend, EXAMPLE_BACKEND)
      .replaceAll(new URL(this.#backend).host, new URL(EXAMPLE_BACKEND).host);
    for (const [port, here] of this.#here)
      printed = printed.replaceAll(`127.0.0.1:${here}`, `127.0.0.1:${port}`);
    return printed;
  }
}
