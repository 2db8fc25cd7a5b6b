// What of Lambda's telemetry matters here: that an invocation has begun, and that its handler is done.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html

export interface TelemetryRecord {
  readonly kind: 'started' | 'done';
  readonly requestId: string;
}

const KINDS = new Map<unknown, TelemetryRecord['kind']>([
  ['platform.start', 'started'],
  ['platform.runtimeDone', 'done'],
]);

/** The records in a body that Lambda has sent; whatever else is in it, or instead of it, is passed over. */
export function parseTelemetry(text: string): TelemetryRecord[] {
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(events) ? events.flatMap(recordOf) : [];
}

function recordOf(event: unknown): TelemetryRecord[] {
  const { type, record } = fieldsOf(event);
  const { requestId } = fieldsOf(record);
  const kind = KINDS.get(type);
  return kind === undefined || typeof requestId !== 'string' ? [] : [{ kind, requestId }];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
