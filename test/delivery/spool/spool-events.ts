// The spool's events as lists that a test can look at.
import type { SpoolEvents } from '../../../src/telemetry/events.ts';

type Damage = Parameters<SpoolEvents['spoolDamaged']>[0];

export class RecordedSpoolEvents implements SpoolEvents {
  readonly forgotten: { backend: string; bytes: number }[] = [];
  readonly opened: { bytes: number; tornBytes: number }[] = [];
  /** Sentences, and `usable`, in order. */
  readonly health: string[] = [];
  readonly damage: Damage[] = [];
  syncs = 0;

  spoolOpened(e: { bytes: number; tornBytes: number }): void {
    this.opened.push(e);
  }

  spoolSynced(): void {
    this.syncs++;
  }

  spoolUnusable({ detail }: { detail: string }): void {
    this.health.push(detail);
  }

  spoolUsable(): void {
    this.health.push('usable');
  }

  spoolBackendForgotten(e: { backend: string; bytes: number }): void {
    this.forgotten.push(e);
  }

  spoolDamaged(e: Damage): void {
    this.damage.push(e);
  }
}
