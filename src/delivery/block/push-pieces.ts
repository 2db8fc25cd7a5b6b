// A push that is larger than a batch, as pieces that each fit one: cut between its series, in their order.
import { cutFragments } from '../../remotewrite/fragments.ts';
import type { BatchLimits } from './batch.ts';
import type { LanePosition } from './lane-position.ts';
import type { LanePush } from './lane-push.ts';

export interface PushPiece {
  readonly bytes: Uint8Array;
  readonly sampleCount: number;
  /** Where the lane stands once the piece is settled; undefined for a push that is in memory only. */
  readonly after: LanePosition | undefined;
}

/** Without the samples of the push that are settled already. */
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
