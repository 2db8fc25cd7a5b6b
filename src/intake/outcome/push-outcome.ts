// What became of a push, and the one table that turns it into an HTTP answer (the push contract). Each kind of outcome has
// one row: one status and one reason.

/** What is known of a push that was taken, whatever became of it afterwards. */
export interface Taken {
  readonly sampleCount: number;
  /** The client's preference that was honoured, for `Preference-Applied`. */
  readonly applied?: string | undefined;
}

/** `detail` is one line for the pusher. */
interface Refusal {
  readonly detail: string;
}

export type PushOutcome =
  /** Taken and queued for every backend. If it was to be stored, it is on disk. */
  | ({ readonly kind: 'accepted' } & Taken)
  /** All required backends have it. */
  | ({ readonly kind: 'delivered' } & Taken)
  /** A DELETE that does nothing (`onDelete: ignore`): Sluice keeps nothing to delete. */
  | { readonly kind: 'deleteIgnored' }
  /** The path, the body or its compression cannot be read. */
  | ({ readonly kind: 'malformed' } & Refusal)
  /** Not a push path. */
  | ({ readonly kind: 'notFound' } & Refusal)
  /** The path does not take this method. `allow` lists those that it takes. */
  | ({ readonly kind: 'methodNotAllowed'; readonly allow: string } & Refusal)
  /** The client went away, or was too slow, before the whole body had arrived. No client reads this answer. */
  | ({ readonly kind: 'cutOff' } & Refusal)
  /** Over a limit on size. */
  | ({ readonly kind: 'tooLarge' } & Refusal)
  /** A content encoding that is not taken. `acceptEncoding` lists those that are. */
  | ({ readonly kind: 'unsupported'; readonly acceptEncoding: string } & Refusal)
  /** A backend refused samples of it for good, because of what they are. */
  | ({ readonly kind: 'refused' } & Refusal & Taken)
  /** A required backend does not have it because of the credentials, TLS or address that Sluice has for that backend. */
  | ({ readonly kind: 'backendAccess' } & Refusal & Taken)
  /** A defect of Sluice itself. */
  | { readonly kind: 'fault' }
  /** Nothing is wrong with it, but there is no room now. */
  | ({ readonly kind: 'overloaded' } & Refusal)
  /** Sluice is stopping: it did not take the push, or took it and could not deliver it in time. */
  | ({ readonly kind: 'stopping' } & Refusal & Partial<Taken>)
  | ({ readonly kind: 'spoolFull' } & Refusal)
  /** The disk does not take it, so nothing of it is sent. */
  | ({ readonly kind: 'notStored'; readonly applied?: string | undefined } & Refusal)
  /** Given up before a required backend had it. */
  | ({ readonly kind: 'givenUp' } & Refusal & Taken);

export interface Answer {
  readonly status: number;
  /** A word from a fixed set, for metrics and log. */
  readonly reason: string;
  readonly headers: Headers;
  /** One line without its line end; empty if the push was taken. */
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

interface Row {
  readonly status: number;
  readonly reason: string;
  /** For `Retry-After`. */
  readonly retrySeconds?: number;
}

/** Long enough for a replacement to be ready. */
const RETRY_WHEN_STOPPING = 5;
/** Disks and backends that were away for long do not come back in a second. */
const RETRY_IN_TROUBLE = 5;

const TABLE: Readonly<Record<PushOutcome['kind'], Row>> = {
  delivered: { status: 200, reason: 'delivered' },
  accepted: { status: 202, reason: 'accepted' },
  // Clients take only 202 for a deletion that worked.
  deleteIgnored: { status: 202, reason: 'delete_ignored' },
  malformed: { status: 400, reason: 'malformed' },
  notFound: { status: 404, reason: 'not_found' },
  methodNotAllowed: { status: 405, reason: 'method_not_allowed' },
  cutOff: { status: 408, reason: 'cut_off' },
  tooLarge: { status: 413, reason: 'too_large' },
  unsupported: { status: 415, reason: 'unsupported' },
  refused: { status: 422, reason: 'refused' },
  fault: { status: 500, reason: 'fault' },
  backendAccess: { status: 502, reason: 'backend_access' },
  overloaded: { status: 503, reason: 'overloaded', retrySeconds: 1 },
  stopping: { status: 503, reason: 'stopping', retrySeconds: RETRY_WHEN_STOPPING },
  spoolFull: { status: 503, reason: 'spool_full', retrySeconds: RETRY_IN_TROUBLE },
  notStored: { status: 503, reason: 'not_stored', retrySeconds: RETRY_IN_TROUBLE },
  givenUp: { status: 503, reason: 'given_up', retrySeconds: RETRY_IN_TROUBLE },
};

/** Every answer to a push, for metrics that exist from the start. */
export const PUSH_ANSWERS: readonly { readonly status: number; readonly reason: string }[] =
  Object.values(TABLE);

const FAULT_TEXT =
  'Cannot take push: Sluice failed on it. Nothing of it was forwarded; the log has the error';

/** The usual answer, made once. */
const ACCEPTED: Answer = { ...TABLE.accepted, headers: {}, text: '' };

/** The HTTP answer for an outcome. */
export function answerFor(outcome: PushOutcome): Answer {
  if (outcome.kind === 'accepted' && outcome.applied === undefined) return ACCEPTED;
  const { status, reason, retrySeconds } = TABLE[outcome.kind];
  const headers: Record<string, string> = {};
  if (retrySeconds !== undefined) headers['retry-after'] = String(retrySeconds);
  if ('applied' in outcome && outcome.applied !== undefined) headers['preference-applied'] = outcome.applied;
  if (outcome.kind === 'methodNotAllowed') headers.allow = outcome.allow;
  if (outcome.kind === 'unsupported') headers['accept-encoding'] = outcome.acceptEncoding;
  return { status, reason, headers, text: textOf(outcome) };
}

function textOf(outcome: PushOutcome): string {
  if (outcome.kind === 'fault') return FAULT_TEXT;
  return 'detail' in outcome ? outcome.detail : '';
}
