// What a connection was told outside of its answers, and what it still waits for: a connection that was told 400 must not
// bring a push any further; one that waits for the answer to a push that was taken must not be told 400 for it, nor be
// cut because it is quiet.
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export class Connections {
  readonly #quietMs: number;
  readonly #refused = new WeakSet<Duplex>();
  /** How many pushes of a connection were taken and wait to be stored or delivered. */
  readonly #waiting = new WeakMap<Duplex, number>();

  /** `quietMs`: how long a connection that does not wait may be without a byte in either direction. */
  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** It was told that it cannot be read. */
  refuse(connection: Duplex): void {
    this.#refused.add(connection);
  }

  isRefused(connection: Duplex): boolean {
    return this.#refused.has(connection);
  }

  /** A push of it was taken and waits; to be followed by `endWait`, before its answer is written. */
  beginWait(connection: Socket): void {
    const waiting = this.#waiting.get(connection) ?? 0;
    if (waiting === 0) connection.setTimeout(0);
    this.#waiting.set(connection, waiting + 1);
  }

  endWait(connection: Socket): void {
    const left = (this.#waiting.get(connection) ?? 0) - 1;
    if (left > 0) {
      this.#waiting.set(connection, left);
      return;
    }
    this.#waiting.delete(connection);
    connection.setTimeout(this.#quietMs);
  }

  waits(connection: Duplex): boolean {
    return this.#waiting.has(connection);
  }
}
