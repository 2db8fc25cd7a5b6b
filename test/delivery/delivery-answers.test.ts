// What each answer of a backend leads to.
import { describe, expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany } from '../support/encode.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Plays `step`, then success; pushes A, waits for its end, pushes B and waits for that. */
async function answered(step: Step) {
  const receiver = await startReceiver([step, {}]);
  const setup = startDelivery(backendConfig(receiver.url()));
  setup.push('a');
  const { events } = setup;
  await waitUntil(() => events.sent.length + events.dropped.length === 1, 'the end of A');
  setup.push('b');
  await waitUntil(() => events.sent.length + events.dropped.length === 2, 'the end of B');
  expect(setup.delivery.readings()[0]).toMatchObject({ bytes: 0, requestsInFlight: 0, oldestAgeMs: 0 });
  return { receiver, events };
}

describe('a final answer', () => {
  const statuses = [400, 405, 408, 409, 410, 414, 415, 422, 431, 451, 499, 600, 999];
  test.each(statuses)(
    '%i drops a block of one series after one attempt, and the next one flows',
    async (status) => {
      const { receiver, events } = await answered({ status, headers: [['retry-after', '1']], body: 'no' });
      expect(receiver.requests.length).toBe(2);
      expect(events.retried).toEqual([]);
      expect(events.dropped).toMatchObject([{ reason: `status_${status}`, detail: 'no', sampleCount: 1 }]);
      expect(events.samplesSent).toBe(1);
    },
  );

  test('400 is dropped even if its text asks for a retry', async () => {
    const { events } = await answered({ status: 400, body: 'please retry' });
    expect(events.dropped).toMatchObject([{ reason: 'status_400', detail: 'please retry' }]);
  });

  test('other than 400, 409, 413 and 422 drops all of a block after one attempt', async () => {
    const receiver = await startReceiver([{ status: 410, body: 'gone' }, {}]);
    const { offer, events, nextMs } = startDelivery(backendConfig(receiver.url()));
    offer(encodeMany('m', 100, nextMs()));
    await waitUntil(() => events.dropped.length === 1, 'the drop');
    expect(receiver.requests.length).toBe(1);
    expect(events.dropped).toMatchObject([{ reason: 'status_410', sampleCount: 100, isUnseparated: false }]);
  });

  test('413 drops a single series as too large', async () => {
    const { receiver, events } = await answered({ status: 413, body: 'no' });
    expect(receiver.requests.length).toBe(2);
    expect(events.dropped).toMatchObject([{ reason: 'too_large', detail: 'answered 413: no' }]);
  });

  test('413 before the body was read is seen as 413', async () => {
    const { receiver, events } = await answered({ status: 413, fault: 'answer-before-body' });
    expect(events.dropped).toMatchObject([{ reason: 'too_large', detail: 'answered 413' }]);
    expect(receiver.started).toBe(2);
  });
});

describe('a redirect', () => {
  test.each([300, 301, 302, 303, 304, 307, 308])('%i is not followed and drops the block', async (status) => {
    const elsewhere = await startReceiver();
    const location = elsewhere.url('/elsewhere');
    const { receiver, events } = await answered({ status, headers: [['location', location]] });
    expect(receiver.requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(elsewhere.connections).toBe(0);
    expect(events.dropped).toMatchObject([{ reason: 'redirect', detail: `${status} to ${location}` }]);
  });

  test('without a Location is named so', async () => {
    const { events } = await answered({ status: 302 });
    expect(events.dropped).toMatchObject([{ reason: 'redirect', detail: '302 to no Location' }]);
  });
});

describe('the body of a refusal', () => {
  test('is kept to 1024 bytes', async () => {
    const { events } = await answered({ status: 400, body: 'x'.repeat(1024 * 1024) });
    expect(events.dropped[0]?.detail).toBe('x'.repeat(1024));
  });

  test('becomes one line of printable text', async () => {
    const body = Buffer.concat([
      Buffer.from('a\n{"level":"info"}\r\u0007\u001b[31m\t'),
      Buffer.from([0xff, 0x62]),
    ]);
    const { events } = await answered({ status: 400, body });
    expect(events.dropped[0]?.detail).toBe('a\\n{"level":"info"}\\r\\u0007\\u001b[31m\\t\ufffdb');
  });

  test('that never ends is given up, and the status counts', async () => {
    const { receiver, events } = await answered({ status: 400, fault: 'never-end-body' });
    expect(events.dropped).toMatchObject([{ reason: 'status_400' }]);
    expect(receiver.connections).toBe(2);
  });

  test('that claims an encoding is kept as it came', async () => {
    const { events } = await answered({
      status: 400,
      headers: [['content-encoding', 'gzip']],
      body: 'plain',
    });
    expect(events.dropped[0]?.detail).toBe('plain');
  });
});

describe('a success', () => {
  const answers: [string, Step][] = [
    ['200 with a text', { status: 200, body: 'OK' }],
    ['200 with 1 MiB of junk', { status: 200, body: '\0'.repeat(1024 * 1024) }],
    ['201', { status: 201 }],
    ['202 with a text and Written headers of 0', writtenNothing()],
    ['204', { status: 204 }],
    ['299', { status: 299 }],
    ['200 with an unknown encoding', { status: 200, headers: [['content-encoding', 'zork']], body: 'zork' }],
    ['200 whose body never ends', { status: 200, fault: 'never-end-body' }],
    ['200 with a short body', { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nshort' }],
    ['204 with a body', { raw: 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nOK' }],
    [
      '103 before 204',
      { raw: 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n' },
    ],
    ['204 with Retry-After', { status: 204, headers: [['retry-after', '3']] }],
  ];
  test.each(answers)('is %s: one request and nothing else', async (_, step) => {
    const { receiver, events } = await answered(step);
    expect(receiver.requests.length).toBe(2);
    expect(events.sent.map(({ attempt }) => attempt)).toEqual([0, 0]);
    expect(events.retried).toEqual([]);
    expect(events.dropped).toEqual([]);
  });

  test('lets the connection be used again', async () => {
    const { receiver } = await answered({ status: 200, body: 'OK' });
    expect(receiver.connections).toBe(1);
  });
});

describe('a passing failure', () => {
  test.each([429, 500, 501, 502, 503, 504, 507, 529, 599])(
    '%i is repeated unchanged until it works',
    async (status) => {
      const receiver = await startReceiver([...Array(4).fill({ status }), {}]);
      const { push, events } = startDelivery(backendConfig(receiver.url()));
      push('a');
      await waitUntil(() => events.sent.length === 1, 'the delivery');
      expect(receiver.requests.length).toBe(5);
      for (const { body } of receiver.requests) expect(body.equals(receiver.requests[0]!.body)).toBe(true);
      const retryAttempts = receiver.requests.map(({ headers }) => new Map(headers).get('retry-attempt'));
      expect(retryAttempts).toEqual([undefined, '1', '2', '3', '4']);
      expect(events.retried.map(({ reason }) => reason)).toEqual(Array(4).fill(`status_${status}`));
      expect(events.dropped).toEqual([]);
      expect(events.requests.length).toBe(5);
    },
  );

  const cuts: [string, Step, string][] = [
    ['a reset after the whole request', { fault: 'reset-after-request' }, 'connection_reset'],
    ['a close without an answer', { raw: '' }, 'connection_closed'],
    ['something that is not HTTP', { raw: 'HTTP/1.1 xyz\r\n\r\n' }, 'malformed_answer'],
    ['headers that are cut', { raw: 'HTTP/1.1 204 No Con' }, 'connection_closed'],
    // undici treats an unexpected 100 as a protocol error.
    ['100', { raw: 'HTTP/1.1 100 Continue\r\n\r\n' }, 'malformed_answer'],
    ['101', { raw: 'HTTP/1.1 101 Switch\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n' }, 'malformed_answer'],
  ];
  test.each(cuts)('is %s', async (_, step, reason) => {
    const { receiver, events } = await answered(step);
    expect(receiver.requests.length).toBe(3);
    expect(receiver.requests[1]!.body.equals(receiver.requests[0]!.body)).toBe(true);
    expect(events.retried).toMatchObject([{ reason }]);
    expect(events.dropped).toEqual([]);
  });

  test.each([400, 409])('whose repetition is answered %i as a duplicate ends there', async (status) => {
    const receiver = await startReceiver([
      { fault: 'reset-after-request' },
      { status, body: 'duplicate' },
      {},
    ]);
    const { push, events } = startDelivery(backendConfig(receiver.url()));
    push('a');
    await waitUntil(() => events.dropped.length === 1, 'the refusal');
    push('b');
    await waitUntil(() => events.sent.length === 1, 'the next block');
    expect(receiver.requests.length).toBe(3);
  });
});

describe('Retry-After', () => {
  test.each([503, 429])('of %i holds back every lane of the backend until then', async (status) => {
    const receiver = await startReceiver([{ status, headers: [['retry-after', '1']] }, {}]);
    const config = backendConfig(receiver.url(), { queueConfig: { shards: 2 } });
    const { push, events } = startDelivery(config);
    push('a', 1, 0);
    await waitUntil(() => events.retried.length === 1, 'the failure');
    expect(push('b', 1, 1)).toBe('accepted');
    await waitUntil(() => events.sent.length === 2, 'both');
    const [first, ...later] = receiver.requests;
    for (const { atMs } of later) expect(atMs - first!.atMs).toBeGreaterThanOrEqual(999);
    expect(events.retried).toMatchObject([{ delayMs: 1000 }]);
  });

  test('beyond the cap is cut to it', async () => {
    const receiver = await startReceiver([
      { status: 503, headers: [['retry-after', '9'.repeat(10_000)]] },
      {},
    ]);
    const config = backendConfig(receiver.url(), { queueConfig: { maxRetryAfter: 30 } });
    const { push, events } = startDelivery(config);
    push('a');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(events.retried).toMatchObject([{ delayMs: 30 }]);
  });

  test('sent twice is none', async () => {
    const headers = [['retry-after', '3'] as const, ['retry-after', '3'] as const];
    const { events } = await answered({ status: 503, headers });
    expect(events.retried).toMatchObject([{ delayMs: 2 }]);
  });
});

function writtenNothing(): Step {
  const kinds = ['Samples', 'Histograms', 'Exemplars'];
  const headers = kinds.map((kind) => [`X-Prometheus-Remote-Write-${kind}-Written`, '0'] as const);
  return { status: 202, headers, body: 'taken' };
}
