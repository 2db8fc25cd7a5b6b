// A push as a plain value: no socket and no stream past this line.
import type { GroupingKey } from '../labels/grouping-key.ts';
import type { PushMethod } from '../staleness/stale-series.ts';
import type { Acknowledgement } from './acknowledgement.ts';

export interface PushRequest {
  readonly method: PushMethod;
  readonly groupingKey: GroupingKey;
  /** The header's text, or undefined without one. */
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly userAgent: string | undefined;
  /** The body as received, `length` bytes in all. */
  readonly chunks: readonly Buffer[];
  readonly length: number;
  /** Bytes of memory that the chunks take. */
  readonly heldBytes: number;
  readonly acknowledgement: Acknowledgement;
}
