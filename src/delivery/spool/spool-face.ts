// What the spool tells whoever appends to it, and what it needs.
import type { Clock } from '../../telemetry/clock.ts';
import type { SpoolEvents } from '../../telemetry/events.ts';
import type { SpoolFiles } from './spool-files.ts';

/** Never called during `append`. */
export interface SpoolSink {
  /** Everything that was appended before position `end` is on disk and synced. In order. */
  synced(end: number): void;
  /**
   * What was appended from `from` up to `to` is not on disk and never will be: a restart does not bring it back. Where the
   * disk kept a part of it and does not let us take that off, nobody can know; then this is called when it does.
   */
  failed(from: number, to: number, detail: string): void;
  /** What an earlier run left can be read now; where it could not when the spool was opened, this comes later. */
  loaded(): void;
}

export interface SpoolDeps {
  readonly events: SpoolEvents;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The real disk where it is missing. */
  readonly files?: SpoolFiles;
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly position: number; readonly end: number }
  | { readonly kind: 'full' }
  /** There is room, but too much waits for the disk already. */
  | { readonly kind: 'busy' }
  /** Not even an empty spool has room for it. */
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'unusable'; readonly detail: string };
