// A backend inside the test: no sockets and no timers, so that a seed decides the order of everything. It answers
// some turns of the event loop later, by status as a real backend.
import type { Upstream } from '../../src/delivery/lanes/backend-queue.ts';
import { outcomeOf } from '../../src/delivery/upstream/post-sender.ts';
import type { Block } from '../../src/remotewrite/block.ts';
import { type DecodedSeries, decodeWriteRequest } from './decode-write-request.ts';
import type { FakeClock } from './fake-clock.ts';
import { RequestChecks } from './request-checks.ts';
import type { SeededRandom } from './seeded-random.ts';

export class ModelBackend implements Upstream {
  /** Series of the requests that were answered with 2xx, in order. A series comes again if an answer was lost. */
  readonly delivered: DecodedSeries[] = [];
  /** The status of the next answers, by what the request holds. */
  statusFor: (series: readonly DecodedSeries[]) => number = () => 204;
  readonly #random: SeededRandom;
  readonly #checks = new RequestChecks(true);

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  async send({ body }: Block, signal: AbortSignal) {
    await turns(this.#random.nat(4));
    if (signal.aborted) return LOST;
    const request = decodeWriteRequest(body);
    this.#checks.check(request);
    const status = this.statusFor(request.series);
    if (status < 300) {
      this.#checks.delivered(request);
      this.delivered.push(...request.series);
    }
    await turns(this.#random.nat(4));
    if (signal.aborted) return LOST;
    return outcomeOf({ status, headers: {}, body: new Uint8Array() }, { retryOnNotFound: false }, 0);
  }

  noteMetadata(): void {}

  renewConnections(): void {}

  async close(): Promise<void> {}

  /** What requests broke that must always hold. */
  get violations(): readonly string[] {
    return this.#checks.violations;
  }
}

const LOST = { kind: 'retry', reason: 'aborted', detail: 'the request was cut off' } as const;

/** Lets `ms` milliseconds pass one by one, each with all that follows from it at once. */
export async function passTime(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed++) {
    clock.advance(1);
    await turns(3);
  }
}

/** Lets time pass until the condition holds. Fails if it does not hold in `withinMs`. */
export async function passTimeUntil(
  clock: FakeClock,
  holds: () => boolean,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  for (let passed = 0; !holds(); passed++) {
    if (passed >= withinMs) throw new Error(`Cannot go on: expected ${what} in ${withinMs} ms, found none`);
    await passTime(clock, 1);
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
