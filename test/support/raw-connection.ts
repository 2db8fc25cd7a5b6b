// A client on a bare socket: sends exactly the bytes it is given and reads the answers that come back, in order.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { waitUntil } from './wait-until.ts';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

export class RawConnection {
  /** Set once nothing more will come from the other side. */
  isClosed = false;
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    // A reset after an answer is a valid end; without an answer the test sees that it is missing.
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      this.#received += text;
    });
    for (const ending of ['end', 'close']) {
      socket.on(ending, () => {
        this.isClosed = true;
      });
    }
  }

  /** `address` is host and port. Ended with the test. */
  static async open(address: string): Promise<RawConnection> {
    const { hostname, port } = new URL(`http://${address}`);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const connection = new RawConnection(socket);
    onTestFinished(() => connection.cut());
    await once(socket, 'connect');
    return connection;
  }

  get received(): string {
    return this.#received;
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends the bytes when the ones before have left: each is a packet of its own on loopback. */
  async sendAndWait(bytes: string | Uint8Array): Promise<void> {
    if (!this.#socket.destroyed) await new Promise((resolve) => this.#socket.write(bytes, resolve));
  }

  /** Says that nothing more will be sent. */
  endSending(): void {
    this.#socket.end();
  }

  /** From now on what comes stays in the kernel, and then with the sender. */
  stopReading(): void {
    this.#socket.pause();
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** Ends it with RST instead of FIN. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Takes the next answer, with the body that its head announces. */
  async answer(request: { readonly isHead?: boolean } = {}): Promise<RawAnswer> {
    let answer = this.#take(request.isHead === true);
    const arrived = () => {
      answer ??= this.#take(request.isHead === true);
      return answer !== undefined || this.isClosed;
    };
    await waitUntil(arrived, `an answer, got ${JSON.stringify(this.#received.slice(0, 200))}`);
    if (answer === undefined)
      throw new Error('Cannot read answer: expected one, found the connection closed');
    return answer;
  }

  async closed(): Promise<void> {
    await waitUntil(() => this.isClosed, 'the connection to be closed');
  }

  #take(isHead: boolean): RawAnswer | undefined {
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#received.slice(0, end).split('\r\n');
    const headers = new Map(lines.map(splitHeader));
    const status = Number(statusLine.split(' ')[1]);
    const bodyStart = end + HEAD_END.length;
    const length = isHead || status === 100 ? 0 : Number(headers.get('content-length') ?? 0);
    if (this.#received.length < bodyStart + length) return undefined;
    const body = this.#received.slice(bodyStart, bodyStart + length);
    this.#received = this.#received.slice(bodyStart + length);
    return { status, headers, body: Buffer.from(body, 'latin1').toString() };
  }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
