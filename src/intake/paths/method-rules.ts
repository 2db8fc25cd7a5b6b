// Which methods each path takes, and pushes that go no further than their request line: a wrong method, a wrong path, or a
// DELETE that does nothing. They are counted, and refusals are logged, because many clients never look at an answer.

import type { PushgatewayConfig } from '../../config/config.ts';
import type { PushOutcome } from '../outcome/push-outcome.ts';
import type { Route } from './routes.ts';

export type OnDelete = PushgatewayConfig['onDelete'];

export interface MethodRules {
  readonly onDelete: OnDelete;
  /** A hint for people on the path of pushes. */
  readonly whereToPush: string;
}

/** The outcome of a push that does not depend on its body. Undefined for a push to take, and for a request that is no push. */
export function earlyOutcome(route: Route, method: string, rules: MethodRules): PushOutcome | undefined {
  const isPushing = method === 'PUT' || method === 'POST';
  const isMarking = method === 'DELETE' && rules.onDelete === 'markStale';
  const isIgnored = method === 'DELETE' && rules.onDelete === 'ignore';
  switch (route.kind) {
    case 'push':
      if (isPushing || isMarking) return undefined;
      return isIgnored
        ? { kind: 'deleteIgnored' }
        : refuseMethod(method, allowedMethods(route, rules.onDelete));
    case 'malformedPush':
      return isPushing || isIgnored || isMarking
        ? { kind: 'malformed', detail: route.detail }
        : refuseMethod(method, allowedMethods(route, rules.onDelete));
    case 'notFound':
      return isPushing ? { kind: 'notFound', detail: route.detail } : undefined;
    case 'healthy':
    case 'ready':
    case 'metrics':
    case 'status':
    case 'index':
      return isPushing ? refuseMisplaced(method, rules.whereToPush) : undefined;
    case 'flush':
    case 'quit':
      return undefined;
  }
}

function refuseMethod(method: string, allow: string): PushOutcome {
  const why =
    method === 'DELETE'
      ? 'there is nothing to delete (push.pushgateway.onDelete: ignore answers 202)'
      : 'there is nothing to read';
  const detail = `Cannot ${method} a group: expected PUT or POST; Sluice forwards each push and keeps nothing, so ${why}`;
  return { kind: 'methodNotAllowed', detail, allow };
}

function refuseMisplaced(method: string, whereToPush: string): PushOutcome {
  const detail = `Cannot ${method} here: expected GET or HEAD; ${whereToPush}`;
  return { kind: 'methodNotAllowed', detail, allow: READING_METHODS };
}

/**
 * The methods that a path takes, as the Allow header lists them (RFC 9110, section 10.2.1). OPTIONS, which every path
 * takes, is left out.
 */
export function allowedMethods(route: Exclude<Route, { kind: 'notFound' }>, onDelete: OnDelete): string {
  switch (route.kind) {
    case 'push':
    case 'malformedPush':
      return onDelete === 'reject' ? 'PUT, POST' : 'PUT, POST, DELETE';
    case 'healthy':
    case 'ready':
    case 'metrics':
    case 'status':
    case 'index':
      return READING_METHODS;
    case 'flush':
    case 'quit':
      return CHANGING_METHODS;
  }
}

/** Of paths that change something. */
export const CHANGING_METHODS = 'PUT, POST';

/** Of paths that are only read. */
export const READING_METHODS = 'GET, HEAD';
