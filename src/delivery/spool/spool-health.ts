// Whether the disk can be used. If it cannot, it is tried again after 1 s, then at intervals that double up to 30 s.
import type { Clock, Timer } from '../../telemetry/clock.ts';
import type { SpoolEvents } from '../../telemetry/events.ts';
import { describeTrouble } from './disk/disk.ts';
import { SpoolTakenError } from './spool-folder.ts';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

export interface SpoolHealthDeps {
  readonly directory: string;
  readonly clock: Clock;
  readonly events: SpoolEvents;
  /** Does everything that has to succeed before the spool is used. */
  readonly heal: () => Promise<void>;
}

export class SpoolHealth {
  readonly #deps: SpoolHealthDeps;
  #trouble: string | undefined;
  #attempt = 0;
  #timer: Timer | undefined;
  #healing: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: SpoolHealthDeps) {
    this.#deps = deps;
    this.#trouble = `Cannot use spool directory ${deps.directory}: not opened yet`;
  }

  /** A sentence for people; undefined if the disk can be used. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Rejects only if another program holds the directory. */
  async start(): Promise<void> {
    try {
      await this.#deps.heal();
      this.#trouble = undefined;
    } catch (error) {
      if (error instanceof SpoolTakenError) throw error;
      this.#trouble = undefined;
      this.fail(error);
    }
  }

  /** An operation on the disk failed. */
  fail(error: unknown): void {
    const detail =
      error instanceof SpoolTakenError ? error.message : describeTrouble(this.#deps.directory, error);
    const isNew = this.#trouble === undefined;
    this.#trouble = detail;
    if (isNew) this.#deps.events.spoolUnusable({ detail });
    this.#retryLater();
  }

  /** The disk stored something. */
  succeeded(): void {
    this.#attempt = 0;
  }

  /** When it resolves, no attempt is under way, and none follows. */
  async stop(reason: string): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#healing;
    this.#trouble = reason;
  }

  #retryLater(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt++);
    this.#timer = this.#deps.clock.setTimer(() => {
      this.#healing = this.#tryAgain();
    }, delayMs);
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#deps.heal();
      this.#timer = undefined;
      this.#trouble = undefined;
      this.#deps.events.spoolUsable();
    } catch (error) {
      this.#timer = undefined;
      this.fail(error);
    }
  }
}
