// Asks Lambda for one event after the other and has each handled, until it is told to shut down. A connection that breaks
// while it waits is no reason to end: an extension that ends takes the function's invocation with it.
import type { Clock } from '../telemetry/clock.ts';
import { pause } from '../telemetry/wait.ts';
import { ApiRefusal, type ExtensionEvent, type ExtensionsApi } from './extensions-api.ts';
import type { EventHandler } from './invocations.ts';

export interface EventLoopDeps {
  readonly api: Pick<ExtensionsApi, 'next'>;
  readonly handler: EventHandler;
  readonly clock: Clock;
  readonly fault: (error: unknown) => void;
}

/** How often a broken connection is made anew before it is given up, and the time between. */
const MAX_TRIES = 10;
const RETRY_MS = 100;
const NO_ABORT = new AbortController().signal;

/** Resolves after a shutdown. Rejects where Lambda refuses to tell events, or cannot be reached. */
export async function handleEvents({ api, handler, clock, fault }: EventLoopDeps): Promise<void> {
  for (let failures = 0; ; ) {
    handler.idle();
    let event: ExtensionEvent;
    try {
      event = await api.next();
      failures = 0;
    } catch (error) {
      if (error instanceof ApiRefusal || ++failures === MAX_TRIES) throw error;
      fault(error);
      await pause(clock, RETRY_MS, NO_ABORT);
      continue;
    }
    if (event.kind === 'shutdown') return handler.shutDown(event);
    await handler.invoked(event);
  }
}
