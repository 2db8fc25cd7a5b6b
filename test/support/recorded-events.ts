// Delivery's events as lists that a test can look at.
import type {
  BlockFacts,
  DeliveryEvents,
  DropFacts,
  RelabelDrops,
  SeriesFacts,
} from '../../src/telemetry/events.ts';

type Named = { readonly backend: string; readonly detail: string };

export class RecordedEvents implements DeliveryEvents {
  readonly requests: number[] = [];
  readonly sent: (BlockFacts & { bytes: number; attempt: number })[] = [];
  readonly retried: (BlockFacts & { attempt: number; reason: string; detail: string; delayMs: number })[] =
    [];
  readonly dropped: (BlockFacts & DropFacts)[] = [];
  readonly split: (BlockFacts & { reason: string; detail: string })[] = [];
  readonly seriesDrops: (SeriesFacts & DropFacts)[] = [];
  /** Reasons, and `granted`, in order. */
  readonly access: string[] = [];
  readonly withheld: { backend: string; count: number }[] = [];
  readonly relabelDrops: { backend: string; drops: RelabelDrops }[] = [];
  /** Versions as chosen, `fell back: <reason>` and `restored`, in order. */
  readonly messageVersions: string[] = [];
  exemplarsNotWritten = 0;
  readonly reloaded: string[] = [];
  readonly spoolTroubles: Named[] = [];
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

  blockDropped(e: BlockFacts & DropFacts): void {
    this.dropped.push(e);
  }

  blockSplit(e: BlockFacts & { reason: string; detail: string }): void {
    this.split.push(e);
  }

  seriesDropped(e: SeriesFacts & DropFacts): void {
    this.seriesDrops.push(e);
  }

  accessRefused({ reason }: { reason: string }): void {
    this.access.push(reason);
  }

  accessGranted(): void {
    this.access.push('granted');
  }

  histogramsWithheld(backend: string, count: number): void {
    this.withheld.push({ backend, count });
  }

  spoolUnreadable(e: Named): void {
    this.spoolTroubles.push(e);
  }

  relabelDropped(backend: string, drops: RelabelDrops): void {
    this.relabelDrops.push({ backend, drops });
  }

  messageVersionChosen(_backend: string, version: 1 | 2): void {
    this.messageVersions.push(String(version));
  }

  messageVersionFellBack({ reason }: { reason: string }): void {
    this.messageVersions.push(`fell back: ${reason}`);
  }

  messageVersionRestored(): void {
    this.messageVersions.push('restored');
  }

  exemplarsRejected(_backend: string, count: number): void {
    this.exemplarsNotWritten += count;
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

  get samplesDropped(): number {
    const inBlocks = this.dropped.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
    return this.seriesDrops.reduce((sum, { series }) => sum + series, inBlocks);
  }

  get samplesSent(): number {
    return this.sent.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  }
}
