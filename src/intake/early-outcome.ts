// Pushes that go no further than their request line: a method or a path that takes none, or a DELETE. They are counted,
// and logged where they are refused, since many clients never look at an answer.
import { allowedMethods, type OnDelete, READING_METHODS } from './allowed-methods.ts';
import type { PushOutcome } from './push-outcome.ts';
import type { Route } from './routes.ts';

export interface PushRules {
  readonly onDelete: OnDelete;
  /** For people: where pushes go. */
  readonly whereToPush: string;
}

/** What becomes of a push whatever its body holds; undefined for one to take, and for what is no push. */
export function earlyOutcome(route: Route, method: string, rules: PushRules): PushOutcome | undefined {
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
