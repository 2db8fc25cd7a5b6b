// Everything that can happen, as the stations report it. Each call counts and logs in one place, so neither is forgotten.
/** A block, as far as log and metrics want to know it. */
export interface BlockFacts {
  readonly backend: string;
  readonly sampleCount: number;
  /** Samples by job. */
  readonly jobs: ReadonlyMap<string, number>;
}

/** Some series of one push. */
export interface SeriesFacts {
  readonly backend: string;
  readonly job: string;
  /** Those given up. */
  readonly series: number;
  /** All of the push that were in the block. */
  readonly pushSeries: number;
}

export interface DropFacts {
  readonly reason: string;
  /** The backend's own words, made printable. */
  readonly detail: string;
  /** Refused together and not tried apart, since the refusal budget was used up: some may have been good. */
  readonly isUnseparated?: boolean;
}

/** Samples that rules took out of a push, by the reason. */
export interface RelabelDrops {
  /** A rule said so. */
  readonly rule: number;
  /** The series had no valid name any more. */
  readonly noName: number;
  /** It had become the same as another of the push. */
  readonly duplicate: number;
  /** It had become too large. */
  readonly tooLarge: number;
}

export interface DeliveryEvents {
  /** An attempt ended, whatever its end. */
  requestEnded(backend: string, durationMs: number): void;
  /** `attempt` counts from 0. */
  blockSent(e: BlockFacts & { readonly bytes: number; readonly attempt: number }): void;
  /** The attempt failed and another will follow in `delayMs`. */
  blockRetried(
    e: BlockFacts & {
      readonly attempt: number;
      readonly reason: string;
      readonly detail: string;
      readonly delayMs: number;
    },
  ): void;
  /** The backend refused it, and it will be taken apart to find out which of its series are the reason. */
  blockSplit(e: BlockFacts & { readonly reason: string; readonly detail: string }): void;
  /** A request was given up as a whole. */
  blockDropped(e: BlockFacts & DropFacts): void;
  /** Some series of one push, or all, were given up while others of their block were not. */
  seriesDropped(e: SeriesFacts & DropFacts): void;
  /** The backend refuses Sluice's access. Reported once until that changes. Queued samples wait. */
  accessRefused(e: { readonly backend: string; readonly reason: string; readonly detail: string }): void;
  /** The backend accepts Sluice's access again. */
  accessGranted(e: { readonly backend: string }): void;
  /** Native histograms were pushed that this backend is not sent. */
  histogramsWithheld(backend: string, count: number): void;
  /** The backend's `writeRelabelConfigs` took samples out of a push. */
  relabelDropped(backend: string, drops: RelabelDrops): void;
  /** What the backend has in the spool cannot be read now; it will be tried again. */
  spoolUnreadable(e: { readonly backend: string; readonly detail: string }): void;
  /** At start: the version of remote write that the backend is configured for. */
  messageVersionChosen(backend: string, version: 1 | 2): void;
  /** The backend does not know remote write 2.0 and is sent 1.0 from now on. Reported once until that changes. */
  messageVersionFellBack(e: { readonly backend: string; readonly reason: string }): void;
  /** The backend supports 2.0 now. */
  messageVersionRestored(e: { readonly backend: string }): void;
  /** Exemplars that the backend says it has not written; only one of remote write 2.0 says that. */
  exemplarsRejected(backend: string, count: number): void;
  tlsReloaded(e: { readonly backend: string }): void;
  /** Changed files cannot be used; the old ones stay in use. Reported once for each change. */
  tlsUnreadable(e: { readonly backend: string; readonly detail: string }): void;
  /** As `tlsUnreadable`, for credential files. */
  credentialsUnreadable(e: { readonly backend: string; readonly detail: string }): void;
}

export interface SpoolEvents {
  /** `bytes` of records were found; `tornBytes` at their end were written but never acknowledged. */
  spoolOpened(e: { readonly bytes: number; readonly tornBytes: number }): void;
  /** A group of records is on disk; so long it took from the first write to the end of the sync. */
  spoolSynced(durationMs: number): void;
  /** The disk refused something. Reported once until it is usable again. */
  spoolUnusable(e: { readonly detail: string }): void;
  spoolUsable(): void;
  /** A backend is not configured any more. The bytes of the spool that it had not settled are given up. */
  spoolBackendForgotten(e: { readonly backend: string; readonly bytes: number }): void;
  /** Stored bytes are not what was written. `file` is where they were set aside, if they were. */
  spoolDamaged(e: {
    readonly bytes: number;
    /** Where that is known. */
    readonly records?: number;
    readonly detail: string;
    readonly file?: string;
  }): void;
}

export interface PushAnswered {
  readonly status: number;
  /** A word from a fixed set. */
  readonly reason: string;
  readonly job: string | undefined;
  readonly bodyBytes: number;
  readonly durationMs: number;
  /** Samples of a push that was taken, whatever became of them afterwards; 0 if it was not taken. */
  readonly sampleCount: number;
  readonly userAgent: string | undefined;
  readonly detail: string | undefined;
}

export interface IntakeEvents {
  pushAnswered(e: PushAnswered): void;
  /** `count` series were stamped later than their receipt to keep timestamps increasing. */
  timestampsAdvanced(count: number): void;
  /** An accepted push took staleness markers for so many series along. */
  staleMarked(series: number): void;
  /** A group's series were forgotten: they get no markers. */
  staleGroupForgotten(): void;
  /** `metricRelabelConfigs` took samples out of a push. */
  pushRelabelDropped(drops: RelabelDrops): void;
  /** A defect of the program itself, met while it handled one push. */
  fault(error: unknown): void;
  /** Something in the configuration is allowed but gives up a protection. */
  configurationWarning(detail: string): void;
  starting(e: { readonly version: string; readonly config: string | undefined }): void;
  /** `address` is host and port as bound. */
  listening(e: { readonly address: string }): void;
  stopping(e: { readonly signal: string }): void;
  stopped(e: { readonly lostSamples: number }): void;
}
