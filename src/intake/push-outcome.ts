// What became of a push, and the one table that turns it into an HTTP answer (the push contract).

/** What is known of a push that was taken, whatever became of it then. */
export interface Taken {
  readonly sampleCount: number;
  /** The preference of the client that was honoured. */
  readonly applied?: string | undefined;
}

export type PushOutcome =
  /** Taken and queued for every backend; on disk where it was to be stored. */
  | ({ readonly kind: 'accepted' } & Taken)
  /** All required backends have it. */
  | ({ readonly kind: 'delivered' } & Taken)
  /** A backend refused samples of it for good. `isOurFault`: not for what they are, but for how we came. */
  | ({ readonly kind: 'refusedUpstream'; readonly detail: string; readonly isOurFault: boolean } & Taken)
  /** Given up before a required backend had it. */
  | ({
      readonly kind: 'givenUp';
      readonly detail: string;
      readonly isOurFault: boolean;
      readonly isStopping: boolean;
    } & Taken)
  /** The disk does not take it, so nothing of it is sent. */
  | { readonly kind: 'notStored'; readonly detail: string; readonly applied?: string | undefined }
  | { readonly kind: 'spoolFull'; readonly detail: string }
  /** A DELETE that was asked to be passed over: Sluice keeps nothing to delete. */
  | { readonly kind: 'deleteIgnored' }
  /** The path, the body or its compression says something that cannot be read. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /** A limit on size does not let it in. */
  | { readonly kind: 'tooLarge'; readonly detail: string }
  /** A content encoding or type that is not taken. */
  | { readonly kind: 'unsupported'; readonly detail: string; readonly headers: Headers }
  /** Nothing wrong with it, but there is no room now; or the program is stopping. */
  | { readonly kind: 'overloaded'; readonly detail: string; readonly isStopping: boolean }
  /** A defect of Sluice itself. */
  | { readonly kind: 'fault' }
  /** A method that the path does not take; `allow` are those that it takes. */
  | { readonly kind: 'methodNotAllowed'; readonly detail: string; readonly allow: string }
  /** Not a push path. */
  | { readonly kind: 'notFound'; readonly detail: string };

export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  /** A word from a fixed set, for metrics and log. */
  readonly reason: string;
  readonly headers: Headers;
  /** One line without its line end; empty where the push was taken. */
  readonly text: string;
}

const NO_HEADERS: Headers = {};
const RETRY_SECONDS = '1';
/** Long enough for a replacement to be ready. */
const RETRY_SECONDS_WHEN_STOPPING = '5';
/** Disks and backends that were away for long do not come back in a second. */
const RETRY_SECONDS_IN_TROUBLE = '5';

const FAULT =
  'Cannot take push: Sluice failed on it; nothing of it was forwarded, and the fault is in its log';

const ACCEPTED: Answer = { status: 202, reason: 'accepted', headers: NO_HEADERS, text: '' };
/** Clients take only 202 for a deletion that worked. */
const DELETE_IGNORED: Answer = { ...ACCEPTED, reason: 'delete_ignored' };

export const TOO_MUCH_AT_ONCE: PushOutcome = {
  kind: 'overloaded',
  detail:
    'Cannot take push: too many large pushes are being received or decoded (push.pushgateway.maxBufferedSize)',
  isStopping: false,
};

/** Behind its body, or before it could be handled, the connection brought something that is no request. */
export const REFUSED_CONNECTION: PushOutcome = {
  kind: 'malformed',
  detail:
    'Cannot take push: expected nothing but requests on its connection, found something else behind its body',
};

/** Every answer to a push, for metrics that exist from the start. */
export const PUSH_ANSWERS = [
  { status: 200, reason: 'delivered' },
  { status: 202, reason: 'accepted' },
  { status: 202, reason: 'delete_ignored' },
  { status: 400, reason: 'malformed' },
  { status: 404, reason: 'not_found' },
  { status: 405, reason: 'method_not_allowed' },
  { status: 408, reason: 'cut_off' },
  { status: 413, reason: 'too_large' },
  { status: 415, reason: 'unsupported' },
  { status: 422, reason: 'refused' },
  { status: 500, reason: 'fault' },
  { status: 502, reason: 'backend_access' },
  { status: 503, reason: 'overloaded' },
  { status: 503, reason: 'stopping' },
  { status: 503, reason: 'spool_full' },
  { status: 503, reason: 'not_stored' },
  { status: 503, reason: 'given_up' },
] as const;

/** The HTTP answer for an outcome. */
export function answerFor(outcome: PushOutcome): Answer {
  switch (outcome.kind) {
    case 'accepted':
      return outcome.applied === undefined
        ? ACCEPTED
        : { ...ACCEPTED, headers: headersWith(outcome.applied) };
    case 'delivered':
      return { status: 200, reason: 'delivered', headers: headersWith(outcome.applied), text: '' };
    case 'deleteIgnored':
      return DELETE_IGNORED;
    case 'malformed':
      return { status: 400, reason: 'malformed', headers: NO_HEADERS, text: outcome.detail };
    case 'notFound':
      return { status: 404, reason: 'not_found', headers: NO_HEADERS, text: outcome.detail };
    case 'methodNotAllowed':
      return answerMethod(outcome.detail, outcome.allow);
    case 'tooLarge':
      return { status: 413, reason: 'too_large', headers: NO_HEADERS, text: outcome.detail };
    case 'unsupported':
      return { status: 415, reason: 'unsupported', headers: outcome.headers, text: outcome.detail };
    case 'fault':
      return { status: 500, reason: 'fault', headers: NO_HEADERS, text: FAULT };
    case 'overloaded':
      return answerOverloaded(outcome.detail, outcome.isStopping);
    case 'refusedUpstream':
      return answerRefused(outcome.detail, outcome.isOurFault, headersWith(outcome.applied));
    case 'givenUp':
      return answerGivenUp(outcome, headersWith(outcome.applied));
    case 'notStored':
      return answerLater('not_stored', outcome.detail, headersWith(outcome.applied));
    case 'spoolFull':
      return answerLater('spool_full', outcome.detail, NO_HEADERS);
  }
}

function headersWith(applied: string | undefined): Headers {
  return applied === undefined ? NO_HEADERS : { 'preference-applied': applied };
}

function answerMethod(text: string, allow: string): Answer {
  return { status: 405, reason: 'method_not_allowed', headers: { allow }, text };
}

function answerOverloaded(text: string, isStopping: boolean): Answer {
  const retryAfter = isStopping ? RETRY_SECONDS_WHEN_STOPPING : RETRY_SECONDS;
  const headers = { 'retry-after': retryAfter };
  return { status: 503, reason: isStopping ? 'stopping' : 'overloaded', headers, text };
}

function answerRefused(text: string, isOurFault: boolean, headers: Headers): Answer {
  return isOurFault
    ? { status: 502, reason: 'backend_access', headers, text }
    : { status: 422, reason: 'refused', headers, text };
}

function answerGivenUp(end: PushOutcome & { readonly kind: 'givenUp' }, headers: Headers): Answer {
  if (end.isStopping) return answerLater('stopping', end.detail, headers);
  return end.isOurFault
    ? answerRefused(end.detail, true, headers)
    : answerLater('given_up', end.detail, headers);
}

function answerLater(reason: string, text: string, headers: Headers): Answer {
  return { status: 503, reason, headers: { ...headers, 'retry-after': RETRY_SECONDS_IN_TROUBLE }, text };
}
