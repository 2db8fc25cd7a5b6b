// The methods that a path takes, as the Allow header names them (RFC 9110, section 10.2.1).
import type { PushgatewayConfig } from '../config/config.ts';
import type { Route } from './routes.ts';

export type OnDelete = PushgatewayConfig['onDelete'];

/** Of a path that is served. OPTIONS, which each of them takes, is not named. */
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

/** What does something takes these. */
export const CHANGING_METHODS = 'PUT, POST';

/** What can be asked for takes these. */
export const READING_METHODS = 'GET, HEAD';
