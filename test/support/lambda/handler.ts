// A function and its runtime in one program: asks for invocations, pushes to the extension what each payload says, and
// answers with the status and duration of each push. Run by Node as it is.

interface PushOrder {
  /** As text exposition. */
  readonly body: string;
  readonly job?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The handler does not wait for the answer. */
  readonly isForgotten?: boolean;
}

interface Payload {
  /** One after the other. */
  readonly pushes?: readonly PushOrder[];
  /** All at the same time. */
  readonly parallel?: readonly PushOrder[];
  /** What the handler does besides pushing, before and after. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
}

interface PushResult {
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

for (;;) {
  const next = await fetch(`${api}/next`);
  const requestId = next.headers.get('lambda-runtime-aws-request-id');
  const answer = JSON.stringify(await handle((await next.json()) as Payload));
  await fetch(`${api}/${requestId}/response`, { method: 'POST', body: answer });
}

async function handle({ pushes = [], parallel = [], beforeMs, afterMs }: Payload): Promise<PushResult[]> {
  const results: PushResult[] = [];
  if (beforeMs !== undefined) await sleep(beforeMs);
  for (const order of pushes) {
    if (order.isForgotten) void push(order);
    else results.push(await push(order));
  }
  results.push(...(await Promise.all(parallel.map(push))));
  if (afterMs !== undefined) await sleep(afterMs);
  return results;
}

async function push({ body, job = 'handler', headers = {} }: PushOrder): Promise<PushResult> {
  const startedMs = performance.now();
  const target = `http://${process.env.SLUICE_ADDRESS}/pushgateway/metrics/job/${job}`;
  try {
    const response = await fetch(target, { method: 'POST', headers, body });
    return { status: response.status, ms: performance.now() - startedMs, text: await response.text() };
  } catch (error) {
    return { status: 0, ms: performance.now() - startedMs, text: String((error as Error).cause) };
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
