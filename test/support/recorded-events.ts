// Delivery's events as lists that a test can look at.
import type { BlockFacts, DeliveryEvents } from '../../src/telemetry/events.ts';

type Named = { readonly backend: string; readonly detail: string };

export class RecordedEvents implements DeliveryEvents {
  readonly requests: number[] = [];
  readonly sent: (BlockFacts & { bytes: number; attempt: number })[] = [];
  readonly retried: (BlockFacts & { attempt: number; reason: string; detail: string; delayMs: number })[] =
    [];
  readonly dropped: (BlockFacts & { reason: string; detail: string })[] = [];
  readonly withheld: { backend: string; count: number }[] = [];
  readonly reloaded: string[] = [];
  readonly tlsTroubles: Named[] = [];
  readonly credentialTroubles: Named[] = [];

  requestEnded(_backend: string, durationMs: number): void {
    this.requests.push(durationMs);
  }

  blockSent(e: BlockFacts & { bytes: number; attempt: number }): void {
    this.sent.push(e);
  }

  blockRetried(e: BlockFacts & { attempt: number; reason: string; detail: string; delayMs: number }): void {
    this.retried.push(e);
  }

  blockDropped(e: BlockFacts & { reason: string; detail: string }): void {
    this.dropped.push(e);
  }

  histogramsWithheld(backend: string, count: number): void {
    this.withheld.push({ backend, count });
  }

  tlsReloaded(e: { backend: string }): void {
    this.reloaded.push(e.backend);
  }

  tlsUnreadable(e: Named): void {
    this.tlsTroubles.push(e);
  }

  credentialsUnreadable(e: Named): void {
    this.credentialTroubles.push(e);
  }

  get samplesSent(): number {
    return this.sent.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  }
}
