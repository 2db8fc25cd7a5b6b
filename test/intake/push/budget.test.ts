// However a push ends, its share of the memory budget comes back. Checked on the wire, against services of any outcome.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PushOutcome } from '../../../src/intake/outcome/push-outcome.ts';
import { MemoryBudget } from '../../../src/intake/push/memory-budget.ts';
import { type BareListener, startListener } from '../../support/bare-listener.ts';
import { JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

const BUDGET = 400_000;
const MAX_BODY = 200_000;
const BODY = '#'.repeat(150_000);

const ACCEPTED: PushOutcome = { kind: 'accepted', sampleCount: 1 };
const FULL: PushOutcome = { kind: 'overloaded', detail: 'Cannot take push: full' };

/** What becomes of a push: chosen by its job, carried out by the service. */
const OUTCOMES: Readonly<Record<string, () => PushOutcome | Promise<PushOutcome>>> = {
  accepted: () => ACCEPTED,
  acceptedLater: async () => ACCEPTED,
  refused: () => FULL,
  refusedLater: async () => FULL,
  broken: () => {
    throw new Error('BUG: injected');
  },
  brokenLater: () => Promise.reject(new Error('BUG: injected')),
};

function pushOf(job: string, body: string): string {
  return requestText(`POST /pushgateway/metrics/job/${job} HTTP/1.1`, [], body);
}

async function answered(connection: RawConnection, request: string): Promise<void> {
  connection.send(request);
  await connection.answer();
}

/** A push that ends before its body does, once the server has begun to read it. */
async function cut(connection: RawConnection, request: string): Promise<void> {
  await connection.sendAndWait(request.slice(0, -1000));
  connection.cut();
}

const declared = requestText(`POST ${JOB_PATH} HTTP/1.1`, [`Content-Length: ${MAX_BODY + 1}`]);
const chunked = requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']);

const ENDINGS: Readonly<Record<string, (connection: RawConnection) => Promise<void>>> = {
  ...Object.fromEntries(
    Object.keys(OUTCOMES).map((job) => [job, (c: RawConnection) => answered(c, pushOf(job, BODY))]),
  ),
  cutInBody: (c) => cut(c, pushOf('accepted', BODY)),
  tooLarge: (c) => answered(c, declared),
  tooLargeInChunks: (c) => answered(c, `${chunked}ffffff\r\n${'#'.repeat(MAX_BODY + 1)}`),
  brokenChunks: (c) => answered(c, `${chunked}10000\r\n${'#'.repeat(0x10000)}no end`),
  badPath: (c) => answered(c, requestText(`POST ${JOB_PATH}/odd HTTP/1.1`, [], BODY)),
};

async function start(): Promise<BareListener & { readonly budget: MemoryBudget }> {
  const budget = new MemoryBudget(BUDGET);
  const listener = await startListener({
    budget,
    maxBodyBytes: MAX_BODY,
    accept: (push, share) => {
      // As for a body that is decoded: what it holds changes once more.
      share.hold(push.length + 10_000);
      return OUTCOMES[push.groupingKey.job]!();
    },
  });
  return { ...listener, budget };
}

function isEmpty(budget: MemoryBudget): boolean {
  const share = budget.open();
  const held = share.hold(BUDGET);
  share.release();
  return held;
}

test('the budget is whole again after pushes end, in whatever way they end', async () => {
  const { address, answered: ended, budget } = await start();
  const names = Object.keys(ENDINGS);
  let expected = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 8 }), async (drawn) => {
      expected += drawn.length;
      await Promise.all(drawn.map(async (name) => ENDINGS[name]!(await RawConnection.open(address))));
      await waitUntil(() => ended.length >= expected, 'all pushes to end');
      expect(ended.length).toBe(expected);
      expect(isEmpty(budget)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a push that finds the budget taken is answered 503 and changes nothing', async () => {
  const { address, budget } = await start();
  const other = budget.open();
  expect(other.hold(BUDGET)).toBe(true);
  const connection = await RawConnection.open(address);
  connection.send(pushOf('accepted', BODY));
  const { status, headers, body } = await connection.answer();
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(body).toBe(
    'Cannot take push: too many large pushes are being received or decoded (push.pushgateway.maxBufferedSize)\n',
  );
  const small = await RawConnection.open(address);
  small.send(pushText('a 1\n').replace('/job/test', '/job/accepted'));
  expect((await small.answer()).status).toBe(202);
  other.release();
  expect(isEmpty(budget)).toBe(true);
});

test('compressed bodies are counted with what they decode to, not with what they might', async () => {
  const road = await startIntake({ push: { maxBufferedSize: '64MiB' } });
  // Too large to be decoded at once; together they take a half of the budget.
  const body = gzipSync('# a comment that is decoded outside the loop\n'.repeat(90_000));
  const headers = { 'content-encoding': 'gzip' };
  const pushes = Array.from({ length: 8 }, () => road.collector.push(body, { headers }));
  expect((await Promise.all(pushes)).map(({ status }) => status)).toEqual(Array(8).fill(202));
});

test('compressed bodies that decode to more than there is room for are answered 503', async () => {
  const road = await startIntake({
    push: { maxBodySize: '4MiB', maxDecodedSize: '16MiB', maxBufferedSize: '16MiB' },
  });
  const push = async () => {
    const body = gzipSync('\n'.repeat(15 << 20));
    return (await road.collector.push(body, { headers: { 'content-encoding': 'gzip' } })).status;
  };
  const holder = await road.connect();
  holder.send(pushText('\n'.repeat(4 << 20)).slice(0, -1));
  // It takes a moment until what was sent is held, and another until it is given up.
  await waitForStatus(push, 503);
  holder.cut();
  await waitForStatus(push, 202);
});

/** Pushes until this is the answer. */
async function waitForStatus(push: () => Promise<number>, wanted: number): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const status = await push();
    if (status === wanted) return;
    expect([202, 503]).toContain(status);
  }
  throw new Error(`Cannot go on: expected an answer ${wanted}, found none`);
}
