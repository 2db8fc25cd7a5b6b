// A push on its way into a lane. A push that is larger than a batch is cut between its series, into pieces that each fit one.
import { cutFragments } from '../../remotewrite/block-fields.ts';
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { RelabelDrops } from '../../telemetry/events.ts';
import type { BatchLimits, PushFacts } from './batch.ts';
import type { LanePosition, LogRange } from './push-log.ts';

export interface LanePush {
  /** What the lane's backend takes of the push. */
  readonly encoded: EncodedSeries & { readonly dropped?: RelabelDrops | undefined };
  readonly push: PushFacts;
  /** Its place in the log; undefined for a push that is in memory only. */
  readonly range?: LogRange | undefined;
  /** How many of its first samples are settled already. */
  readonly skip?: number;
}

/** A push that was read from the log. */
export interface ReadPush extends LanePush {
  readonly range: LogRange;
  /** Its samples before the backend's rules were applied. */
  readonly loggedSamples: number;
}

export interface PushPiece {
  readonly bytes: Uint8Array;
  readonly sampleCount: number;
  /** The lane's position once the piece is settled; undefined for a push that is in memory only. */
  readonly after: LanePosition | undefined;
}

/** The first `skip` samples are settled already and are left out. */
export function* piecesOf({ encoded, range, skip = 0 }: LanePush, limits: BatchLimits): Generator<PushPiece> {
  const { bytes } = encoded;
  let start = skip === 0 ? 0 : cutFragments(bytes, 0, skip, Infinity).end;
  for (let samples = skip; start < bytes.length; ) {
    const { end, sampleCount } = cutFragments(bytes, start, limits.maxSamples, limits.maxBytes);
    samples += sampleCount;
    const inside = range && { position: range.position, samples };
    const after = range && end === bytes.length ? { position: range.end, samples: 0 } : inside;
    yield { bytes: bytes.subarray(start, end), sampleCount, after };
    start = end;
  }
}
