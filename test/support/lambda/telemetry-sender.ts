// Posts telemetry to an extension as Lambda does.

export interface TelemetryEvent {
  readonly time: string;
  readonly type: string;
  readonly record: unknown;
}

/** `events` may be anything: text is sent as it is. Resolves with the status of the answer. */
export async function sendTelemetry(port: number, events: unknown): Promise<number> {
  const body = typeof events === 'string' ? events : JSON.stringify(events);
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
  return status;
}
