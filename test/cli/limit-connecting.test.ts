// The bound of the time until a request has a connection, whatever has happened to its socket before.

import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limitConnecting } from '../../src/cli/http-exchange.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a request was destroyed for in a minute after it got such a socket. */
function limit(isTls: boolean, socket: object | undefined, event?: string): string | undefined {
  let destroyedFor: string | undefined;
  const destroy = (error: Error) => {
    destroyedFor = error.message;
  };
  const request = Object.assign(new EventEmitter(), { destroy });
  limitConnecting(request as unknown as ClientRequest, isTls);
  const emitter = Object.assign(new EventEmitter(), socket);
  if (socket !== undefined) request.emit('socket', emitter);
  if (event !== undefined) emitter.emit(event);
  vi.advanceTimersByTime(60_000);
  return destroyedFor;
}

const FRESH = { connecting: true, authorized: false };
const OPEN = { connecting: false, authorized: false };
const SECURE = { connecting: false, authorized: true };

test('a request that gets no connection is destroyed', () => {
  const reason = 'no connection within 10 s';
  expect(limit(false, undefined)).toBe(reason);
  expect(limit(false, FRESH)).toBe(reason);
  expect(limit(true, FRESH, 'connect')).toBe(reason);
  expect(limit(true, OPEN)).toBe(reason);
});

test('one that connects is left alone, however long its answer takes', () => {
  expect(limit(false, FRESH, 'connect')).toBe(undefined);
  expect(limit(true, FRESH, 'secureConnect')).toBe(undefined);
});

test('one whose socket comes connected, as through a proxy, is left alone too', () => {
  expect(limit(false, OPEN)).toBe(undefined);
  expect(limit(true, SECURE)).toBe(undefined);
});
