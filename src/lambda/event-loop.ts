// Asks Lambda for one event after another and has each handled, until the shutdown. A broken connection does not end the
// extension at once: an extension that ends also ends the function's invocation.
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

/** How many failures in a row end the extension, and the time between two attempts. */
const MAX_TRIES = 10;
const RETRY_MS = 100;
const NO_ABORT = new AbortController().signal;

/** Resolves after a shutdown. Rejects if Lambda refuses to send events or cannot be reached. */
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
