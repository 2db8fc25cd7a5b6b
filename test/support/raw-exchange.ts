// Bytes to a port and back, for what an HTTP client would not send.
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { waitUntil } from './wait-until.ts';

export interface RawExchange {
  readonly socket: Socket;
  /** All that has been received so far. */
  readonly received: string;
  /** Waits until the other side has closed the connection. */
  closed(): Promise<string>;
}

/** Sends `bytes` to host and port, and leaves the connection open. */
export function startRaw(address: string, bytes: string | Uint8Array): RawExchange {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''));
  let received = '';
  let isClosed = false;
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write(bytes);
  const closed = async () => {
    await waitUntil(() => isClosed, 'a closed connection');
    return received;
  };
  return {
    socket,
    closed,
    get received() {
      return received;
    },
  };
}
