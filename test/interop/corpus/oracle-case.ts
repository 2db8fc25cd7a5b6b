// A push for which Pushgateway's verdict is known, as one line of a table.
import type { DifferenceName } from '../deliberate-differences.ts';

export type Verdict = 'accepted' | 'refused';

export interface OracleCase {
  readonly what: string;
  readonly body: string | Uint8Array;
  /** Pushgateway's. Sluice's is the same, but for `differs`. */
  readonly verdict: Verdict;
  readonly differs?: DifferenceName;
  /** The path after `prefix`, raw; a separate group if absent. */
  readonly path?: string;
  /** `/pushgateway/metrics/` if absent. */
  readonly prefix?: string;
  /** Pushgateway 1.5.1 cannot be used after this push: it hangs, or refuses everything. */
  readonly poisons?: true;
}

type Rest = Partial<Pick<OracleCase, 'differs' | 'path' | 'prefix' | 'poisons'>>;

export function accepted(what: string, body: string | Uint8Array, rest: Rest = {}): OracleCase {
  return { what, body, verdict: 'accepted', ...rest };
}

export function refused(what: string, body: string | Uint8Array, rest: Rest = {}): OracleCase {
  return { what, body, verdict: 'refused', ...rest };
}

/** A push of one good sample to a path. */
export function acceptedPath(what: string, path: string, rest: Rest = {}): OracleCase {
  return accepted(what, 'm 1\n', { path, ...rest });
}

export function refusedPath(what: string, path: string, rest: Rest = {}): OracleCase {
  return refused(what, 'm 1\n', { path, ...rest });
}

/** Bytes that a string cannot hold. */
export function bytes(...pieces: readonly (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}
