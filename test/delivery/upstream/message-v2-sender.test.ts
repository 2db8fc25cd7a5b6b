// How long translations are kept, and what is not sent because it would be too large.

import { expect, test } from 'vitest';
import type { Sender } from '../../../src/delivery/block/send-outcome.ts';
import { MessageV2Sender } from '../../../src/delivery/upstream/message-v2-sender.ts';
import { outcomeOf } from '../../../src/delivery/upstream/post-sender.ts';
import { type Block, BlockSealer } from '../../../src/remotewrite/block.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { decodeRequestV2 } from '../../support/decode-request-v2.ts';
import { encodeSamples, type TestSample } from '../../support/encode.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const NEVER = new AbortController().signal;

function start(answers: readonly number[], maxRequestBytes = 1 << 20) {
  const posted: Block[] = [];
  const next: Sender = {
    async send(request) {
      const status = answers[posted.length] ?? 204;
      posted.push(request);
      const written = { 'x-prometheus-remote-write-samples-written': String(request.sampleCount) };
      const headers = status === 204 ? written : {};
      return outcomeOf({ status, headers, body: Buffer.alloc(0) }, { retryOnNotFound: true }, 0);
    },
  };
  const config = backendConfig('https://backend.test/w', {
    messageVersion: 'V2.0',
    queueConfig: { maxRequestBytes },
  });
  const sender = new MessageV2Sender(config, { events: new RecordedEvents(), clock: new FakeClock(), next });
  return { sender, posted };
}

function seal(samples: readonly TestSample[]): Block {
  return new BlockSealer().seal(encodeSamples(samples).bytes, samples.length);
}

function bodies(requests: readonly Block[]): Uint8Array[] {
  return requests.map(({ body }) => body);
}

const ONE = { name: 'm_total', value: 1, timestampMs: 5 };
const METADATA = encodeSamples([], [{ family: 'm', type: 1, help: 'A counter' }]).bytes;

function helpOf(request: Block): string | undefined {
  return decodeRequestV2(request.body).series[0]?.metadata?.help;
}

test('a request that is retried stays the same, even if more metadata is known by then', async () => {
  const { sender, posted } = start([503, 503]);
  const block = seal([ONE]);
  expect((await sender.send(block, NEVER)).kind).toBe('retry');
  sender.noteMetadata(METADATA);
  expect((await sender.send(block, NEVER)).kind).toBe('retry');
  expect((await sender.send(block, NEVER)).kind).toBe('delivered');
  expect(new Set(bodies(posted)).size).toBe(1);
});

test('nothing is kept of a request after its end', async () => {
  const { sender, posted } = start([204, 400]);
  const block = seal([ONE]);
  for (let i = 0; i < 3; i++) await sender.send(block, NEVER);
  expect(new Set(bodies(posted)).size).toBe(3);
});

test('metadata of earlier pushes goes out with requests that have none themselves', async () => {
  const { sender, posted } = start([]);
  await sender.send(seal([ONE]), NEVER);
  sender.noteMetadata(Buffer.concat([encodeSamples([ONE]).bytes, METADATA]));
  await sender.send(seal([ONE]), NEVER);
  expect(posted.map(helpOf)).toEqual(['', 'A counter']);
});

test('a request over maxRequestBytes is not sent but made smaller', async () => {
  const random = new SeededRandom(1);
  const noise = () =>
    random.text([...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'], 2000, 2000);
  const samples = Array.from({ length: 10 }, (_, i) => ({
    ...ONE,
    labels: { i: String(i), noise: noise() },
  }));
  const block = seal(samples);
  const { sender, posted } = start([], 10_000);
  const outcome = await sender.send(block, NEVER);
  const size = /a request of (\d+) bytes compressed/.exec('detail' in outcome ? outcome.detail : '')?.[1];
  expect(outcome).toEqual({
    kind: 'rejected',
    status: 0,
    reason: 'too_large',
    detail: `a request of ${size} bytes compressed as remote write 2.0, maxRequestBytes is 10000`,
    remedy: 'shrink',
  });
  expect(posted).toEqual([]);
  expect((await sender.send(seal(samples.slice(0, 2)), NEVER)).kind).toBe('delivered');
});

test('a request that is far too large before compression is not sent either', async () => {
  const { sender, posted } = start([], 3000);
  const samples = Array.from({ length: 400 }, (_, i) => ({
    ...ONE,
    labels: { x: `${i}${'x'.repeat(500)}` },
  }));
  expect(await sender.send(seal(samples), NEVER)).toEqual({
    kind: 'rejected',
    status: 0,
    reason: 'too_large',
    detail: 'a request of over 96000 bytes before compression as remote write 2.0, maxRequestBytes is 3000',
    remedy: 'shrink',
  });
  expect(posted).toEqual([]);
});
