// Pushes in a closed loop over kept connections, on bare sockets so that the driver costs little, and times every answer.
import { connect, type Socket } from 'node:net';

export interface LoopOptions {
  readonly port: number;
  readonly connections: number;
  readonly body: Buffer;
  /** Ends after this time, or after so many pushes. */
  readonly seconds: number;
  readonly maxPushes?: number;
}

export interface LoopResult {
  readonly seconds: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** Of the answers below 300, sorted. */
  readonly milliseconds: Float64Array;
}

export async function pushInClosedLoop(options: LoopOptions): Promise<LoopResult> {
  const startedAt = performance.now();
  const shared: Shared = {
    untilMs: startedAt + options.seconds * 1000,
    left: options.maxPushes ?? Number.POSITIVE_INFINITY,
    statuses: new Map(),
    milliseconds: [],
  };
  await Promise.all(Array.from({ length: options.connections }, (_, i) => runConnection(options, i, shared)));
  return {
    seconds: (performance.now() - startedAt) / 1000,
    statuses: shared.statuses,
    milliseconds: Float64Array.from(shared.milliseconds).sort(),
  };
}

/** `part` of 1: 0.5 is the median. */
export function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

interface Shared {
  readonly untilMs: number;
  left: number;
  readonly statuses: Map<number, number>;
  readonly milliseconds: number[];
}

/** Each connection pushes for a grouping key of its own. */
function runConnection({ port, body }: LoopOptions, number: number, shared: Shared): Promise<void> {
  const head =
    `POST /pushgateway/metrics/job/bench/instance/c${number} HTTP/1.1\r\nhost: bench\r\n` +
    `content-type: text/plain; version=0.0.4\r\ncontent-length: ${body.length}\r\n\r\n`;
  const request = Buffer.concat([Buffer.from(head), body]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let sentAt = 0;
    const push = () => {
      if (shared.left-- <= 0 || performance.now() > shared.untilMs) return end(socket, resolve);
      sentAt = performance.now();
      socket.write(request);
    };
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      const status = wholeAnswer(received);
      if (status === undefined) return;
      received = '';
      shared.statuses.set(status, (shared.statuses.get(status) ?? 0) + 1);
      if (status < 300) shared.milliseconds.push(performance.now() - sentAt);
      push();
    });
    socket.once('connect', push).once('error', reject);
  });
}

/** The status of an answer that is there to its end. */
function wholeAnswer(received: string): number | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received)?.[1] ?? 0);
  return received.length < headEnd + 4 + length ? undefined : Number(received.split(' ', 2)[1]);
}

function end(socket: Socket, resolve: () => void): void {
  socket.destroy();
  resolve();
}
