// What a request looks like on the wire.

import { expect, test } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import type { RecordedRequest } from '../support/scripted-receiver.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitUntil } from '../support/wait-until.ts';

function header(request: RecordedRequest | undefined, wanted: string): string[] {
  const headers = request?.headers ?? [];
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

test('a request carries the configured target byte by byte and each required header once', async () => {
  const receiver = await startReceiver();
  const { push } = startDelivery(backendConfig(receiver.url('/a/b%20c//../d?x=1&y=')));
  expect(push('m')).toBe('accepted');
  await waitUntil(() => receiver.requests.length === 1, 'a request');
  const request = receiver.requests[0]!;
  expect(request.method).toBe('POST');
  expect(request.target).toBe('/a/b%20c//../d?x=1&y=');
  expect(header(request, 'content-encoding')).toEqual(['snappy']);
  expect(header(request, 'content-type')).toEqual(['application/x-protobuf']);
  expect(header(request, 'x-prometheus-remote-write-version')).toEqual(['0.1.0']);
  expect(header(request, 'user-agent')).toEqual(['sluice/0.0.0-test']);
  expect(header(request, 'content-length')).toEqual([String(request.body.length)]);
  expect(header(request, 'host')).toEqual([`127.0.0.1:${receiver.port}`]);
  for (const absent of ['transfer-encoding', 'retry-attempt', 'accept-encoding', 'expect']) {
    expect(header(request, absent)).toEqual([]);
  }
});

test('configured headers and credentials arrive once on first attempts and on retries', async () => {
  const receiver = await startReceiver([{ status: 503 }, {}]);
  const { push } = startDelivery(
    backendConfig(receiver.url(), {
      headers: { 'X-Scope-OrgID': 't1', Foo: 'Bar' },
      authorization: { type: 'Bearer', credentials: new Secret('hunter2') },
    }),
  );
  push('m');
  await waitUntil(() => receiver.requests.length === 2, 'a retry');
  for (const request of receiver.requests) {
    expect(header(request, 'x-scope-orgid')).toEqual(['t1']);
    expect(header(request, 'foo')).toEqual(['Bar']);
    expect(header(request, 'authorization')).toEqual(['Bearer hunter2']);
  }
});

test('many series go out in few requests of at most maxSamplesPerSend samples, each series once', async () => {
  const receiver = await startReceiver();
  const { offer, nextMs } = startDelivery(backendConfig(receiver.url()));
  expect(offer(encodeMany('big', 12_000, nextMs()))).toBe('accepted');
  await waitUntil(() => receiver.delivered.length === 12_000, 'all series');
  expect(receiver.requests.map(({ decoded }) => decoded.series.length)).toEqual(Array(6).fill(2000));
  expect([...receiver.deliveredValues].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 12_000 }, (_, i) => i),
  );
});

test('no request is larger than maxRequestBytes, however badly the content compresses', async () => {
  const maxRequestBytes = 64 * 1024;
  const receiver = await startReceiver();
  const { offer, nextMs } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { maxRequestBytes } }),
  );
  const samples = Array.from({ length: 600 }, (_, value) => ({
    name: 'noise',
    labels: { i: String(value), noise: noise(1024) },
    value,
    timestampMs: nextMs(),
  }));
  expect(offer(encodeSamples(samples))).toBe('accepted');
  await waitUntil(() => receiver.delivered.length === 600, 'all series');
  expect(Math.max(...receiver.requests.map(({ body }) => body.length))).toBeLessThanOrEqual(maxRequestBytes);
});

test('a series that is larger than any request is dropped and counted, its neighbours arrive', async () => {
  const receiver = await startReceiver();
  const queueConfig = { maxRequestBytes: 64 * 1024 };
  const { offer, events, nextMs } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  const timestampMs = nextMs();
  const huge = { name: 'huge', labels: { noise: noise(128 * 1024) }, value: 2, timestampMs };
  const samples = [{ name: 'a', value: 1, timestampMs }, huge, { name: 'b', value: 3, timestampMs }];
  expect(offer(encodeSamples(samples), 0, 'backup')).toBe('accepted');
  await waitUntil(() => receiver.delivered.length === 2, 'the neighbours');
  expect(receiver.deliveredValues).toEqual([1, 3]);
  expect(events.dropped).toMatchObject([
    { reason: 'too_large', sampleCount: 1, jobs: new Map([['backup', 1]]) },
  ]);
});

test('pushes of many groups share a request', async () => {
  const receiver = await startReceiver();
  const { push, events } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: 50 } }),
  );
  for (let i = 0; i < 20; i++) expect(push(`job_${i}`, i)).toBe('accepted');
  await waitUntil(() => receiver.delivered.length === 20, 'all pushes');
  expect(receiver.requests.length).toBeLessThanOrEqual(2);
  await waitUntil(() => events.samplesSent === 20, 'the answers');
  expect(events.sent[0]?.jobs.get('job_0')).toBe(1);
});

test('metadata goes with series and is never a separate request', async () => {
  const receiver = await startReceiver();
  const { offer, delivery, nextMs } = startDelivery(backendConfig(receiver.url()));
  expect(offer(encodeSamples([], [{ family: 'm', type: 1, help: 'alone' }]))).toBe('accepted');
  expect(offer(encodeSamples([{ name: 'm', value: 1, timestampMs: nextMs() }]))).toBe('accepted');
  await waitUntil(() => receiver.requests.length === 1, 'a request');
  expect(receiver.requests[0]?.decoded.metadata).toMatchObject([{ family: 'm', help: 'alone' }]);
  expect(offer(encodeSamples([], [{ family: 'm', type: 1, help: 'alone' }]))).toBe('accepted');
  expect(await delivery.stop(new AbortController().signal)).toEqual({ lostSamples: 0 });
  expect(receiver.requests.length).toBe(1);
});

/** Text that snappy cannot make smaller. */
function noise(length: number): string {
  const random = new SeededRandom(length);
  return Array.from({ length }, () => String.fromCharCode(33 + random.nat(94))).join('');
}
