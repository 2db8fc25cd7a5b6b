// Pushes that go no further than their request line: a method or a path that takes none. They are counted and logged as
// refused pushes, since many clients never look at an answer.
import { READING_METHODS } from './operations.ts';
import type { PushOutcome } from './push-outcome.ts';
import type { Route } from './routes.ts';

const PUSHING_METHODS = 'PUT, POST';

/** Why a push is refused whatever its body holds; undefined for one to take, and for what is no push. */
export function refusalOf(route: Route, method: string, whereToPush: string): PushOutcome | undefined {
  const isPushing = method === 'PUT' || method === 'POST';
  switch (route.kind) {
    case 'push':
      return isPushing ? undefined : refuseMethod(method);
    case 'malformedPush':
      return isPushing ? { kind: 'malformed', detail: route.detail } : refuseMethod(method);
    case 'notFound':
      return isPushing ? { kind: 'notFound', detail: route.detail } : undefined;
    case 'healthy':
    case 'ready':
    case 'metrics':
    case 'index':
      return isPushing ? refuseMisplaced(method, whereToPush) : undefined;
  }
}

function refuseMethod(method: string): PushOutcome {
  const why = method === 'DELETE' ? 'there is nothing to delete' : 'there is nothing to read';
  const detail = `Cannot ${method} a group: expected PUT or POST; Sluice forwards each push and keeps nothing, so ${why}`;
  return { kind: 'methodNotAllowed', detail, allow: PUSHING_METHODS };
}

function refuseMisplaced(method: string, whereToPush: string): PushOutcome {
  const detail = `Cannot ${method} here: expected GET or HEAD; ${whereToPush}`;
  return { kind: 'methodNotAllowed', detail, allow: READING_METHODS };
}
