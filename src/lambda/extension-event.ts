// What Lambda tells an extension: that a function is invoked, or that the environment ends.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html

export interface InvokeEvent {
  readonly kind: 'invoke';
  /** Comes again where Lambda repeats an asynchronous invocation that has failed. */
  readonly requestId: string;
  /** When the function times out, in ms since the epoch. */
  readonly deadlineMs: number;
}

export interface ShutdownEvent {
  readonly kind: 'shutdown';
  /** SPINDOWN, TIMEOUT or FAILURE; in lower case from the emulator. */
  readonly reason: string;
  /** When the extension is killed, in ms since the epoch. */
  readonly deadlineMs: number;
}

export type ExtensionEvent = InvokeEvent | ShutdownEvent;

/** Throws a SyntaxError that quotes what was found. */
export function parseExtensionEvent(text: string): ExtensionEvent {
  const { eventType, deadlineMs, requestId, shutdownReason } = parseObject(text);
  if (typeof deadlineMs !== 'number') throw malformed('a number as deadlineMs', text);
  if (eventType === 'SHUTDOWN') return { kind: 'shutdown', reason: String(shutdownReason), deadlineMs };
  if (eventType !== 'INVOKE') throw malformed('INVOKE or SHUTDOWN as eventType', text);
  if (typeof requestId !== 'string') throw malformed('a text as requestId', text);
  return { kind: 'invoke', requestId, deadlineMs };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) throw malformed('a JSON object', text);
  return value as Record<string, unknown>;
}

function malformed(wanted: string, text: string): SyntaxError {
  return new SyntaxError(
    `Cannot read the event of Lambda: expected ${wanted}, found ${JSON.stringify(text.slice(0, 200))}`,
  );
}
