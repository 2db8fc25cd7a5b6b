// Sluice between curl and a real VictoriaMetrics: what is pushed is what can be queried, also across a restart.
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { waitForValue } from '../support/wait-for-value.ts';
import { pushWithCurl } from './support/curl.ts';
import { type EssentialPush, FAMILIES, GROUPING, single, sorted } from './support/essential-pushes.ts';
import { NumberedStream, STREAM_SELECTOR } from './support/numbered-stream.ts';
import { itWith } from './support/programs.ts';
import { startSluice } from './support/sluice.ts';
import { VictoriaMetrics } from './support/victoria-metrics.ts';

const it = itWith('victoria-metrics', 'curl');

async function start() {
  const backend = await VictoriaMetrics.start();
  return { backend, sluice: await startSluice({ url: backend.writeUrl }) };
}

/** VictoriaMetrics keeps about 15 digits and no NaN, so that only such values can be compared. */
async function arrive(pushes: readonly EssentialPush[], ...curlArgs: readonly string[]) {
  const { backend, sluice } = await start();
  const isGzip = curlArgs.includes('Content-Encoding: gzip');
  for (const { group, body } of pushes) {
    const answer = await pushWithCurl(sluice.address, group, isGzip ? gzipSync(body) : body, ...curlArgs);
    expect(answer).toEqual({ status: 202, text: '' });
  }
  const expected = pushes.flatMap(({ series }) => series);
  const stored = await waitForValue(
    () => backend.stored('{job!=""}'),
    ({ length }) => length >= expected.length,
    `${expected.length} stored series`,
  );
  expect(sorted(stored.map(single))).toEqual(sorted(expected));
  expect(await backend.rejections()).toEqual([]);
}

it('all families and labels arrive exactly: curl -X PUT', () =>
  arrive([FAMILIES, GROUPING], '--request', 'PUT'));

it('all families and labels arrive exactly: gzip', () =>
  arrive([FAMILIES, GROUPING], '--header', 'Content-Encoding: gzip'));

it('values of up to 15 digits and infinities arrive exactly, and a timestamp of the body is kept', async () => {
  const { backend, sluice } = await start();
  const timestampMs = Date.now() - 60_123;
  const values = ['0', '-1.5', '0.1', '123456789012345', '1e-9', '1.5e+300', '+Inf', '-Inf'];
  const body = values.map((value, i) => `it_value{i="${i}"} ${value} ${timestampMs}\n`).join('');
  expect(await pushWithCurl(sluice.address, 'job/values', body)).toEqual({ status: 202, text: '' });
  const stored = await waitForValue(
    () => backend.stored('it_value'),
    ({ length }) => length === values.length,
    'every value',
  );
  const expected = values.map((value, i) => ({
    labels: { __name__: 'it_value', job: 'values', i: String(i) },
    value: Number(value.replace('Inf', 'Infinity')),
  }));
  expect(sorted(stored.map(single))).toEqual(sorted(expected));
  expect(stored.map(({ samples }) => samples[0]!.timestampMs)).toEqual(values.map(() => timestampMs));
});

it('a stream of numbered pushes is complete when VictoriaMetrics is stopped and started again', async () => {
  const { backend, sluice } = await start();
  const stream = new NumberedStream(sluice);
  await stream.push(40);
  const stopped = backend.stop();
  await stream.push(40);
  await stopped;
  await stream.push(40);
  await backend.startAgain();
  await stream.push(40);
  await stream.expectWhole(() => backend.stored(STREAM_SELECTOR));
  expect(await backend.rejections()).toEqual([]);
  expect(await sluice.stop()).toBe(0);
});
