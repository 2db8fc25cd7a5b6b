// Sluice between curl and a real Prometheus: what is pushed is what can be queried.
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { waitForValue } from '../support/wait-for-value.ts';
import { pushWithCurl } from './support/curl.ts';
import { type EssentialPush, FAMILIES, GROUPING, single, sorted } from './support/essential-pushes.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluice } from './support/sluice.ts';
import type { StoredSeries } from './support/stored-series.ts';

const it = itWith('prometheus', 'curl');

async function start() {
  const prometheus = await Prometheus.start();
  const sluice = await startSluice({ url: prometheus.writeUrl });
  return { prometheus, sluice };
}

/** Waits until `count` series with a job are stored; returns them. */
function storedSeries(prometheus: Prometheus, count: number): Promise<readonly StoredSeries[]> {
  return waitForValue(
    () => prometheus.stored('{job!=""}'),
    (found) => found.length >= count,
    `${count} stored series`,
  );
}

it('a refused push leaves nothing, the pushes around it arrive', async () => {
  const { prometheus, sluice } = await start();
  const push = (body: string) => pushWithCurl(sluice.address, 'job/whole', body);
  expect(await push('it_before 1\n')).toEqual({ status: 202, text: '' });
  expect(await push('it_half_a 1\nit_half_b one\nit_half_c 3\n')).toEqual({
    status: 400,
    text: 'Cannot parse exposition line 2: expected a number as value, found "one"\n',
  });
  expect(await push('it_after 1\n')).toEqual({ status: 202, text: '' });
  const stored = await storedSeries(prometheus, 2);
  expect(stored.map(({ labels }) => labels.__name__).sort()).toEqual(['it_after', 'it_before']);
});

it('a sample that Prometheus refuses is dropped with a word in the log, the pushes around it arrive', async () => {
  const { prometheus, sluice } = await start();
  const push = async (body: string) =>
    expect(await pushWithCurl(sluice.address, 'job/late', body)).toEqual({ status: 202, text: '' });
  // Only after a sample of now is one of 1970 too old.
  await push('it_before 1\n');
  await storedSeries(prometheus, 1);
  await push('it_too_old 1 1000\n');
  const { backend, reason, samples } = await sluice.logged('blockDropped');
  expect({ backend, reason, samples }).toEqual({ backend: 'real', reason: 'status_400', samples: 1 });
  await push('it_after 1\n');
  const stored = await storedSeries(prometheus, 2);
  expect(stored.map(({ labels }) => labels.__name__).sort()).toEqual(['it_after', 'it_before']);
  expect(await prometheus.rejections()).not.toEqual([]);
});

it('one sample that Prometheus refuses takes none of the other 200 in its request with it', async () => {
  const { prometheus, sluice } = await start();
  const push = async (body: string) =>
    expect(await pushWithCurl(sluice.address, 'job/late', body)).toEqual({ status: 202, text: '' });
  await push('it_before 1\n');
  await storedSeries(prometheus, 1);
  const good = Array.from({ length: 200 }, (_, i) => `it_many{i="${i}"} ${i}\n`);
  await push([...good.slice(0, 77), 'it_too_old 1 1000\n', ...good.slice(77)].join(''));
  const { job, reason, series, pushSeries } = await sluice.logged('seriesDropped');
  expect({ job, reason, series, pushSeries }).toEqual({
    job: 'late',
    reason: 'status_400',
    series: 1,
    pushSeries: 201,
  });
  const stored = await storedSeries(prometheus, 201);
  expect(stored.map(({ labels }) => labels.__name__)).not.toContain('it_too_old');
  for (const { labels, samples } of stored)
    if (labels.i !== undefined) expect(samples.map(({ value }) => value)).toEqual([Number(labels.i)]);
});

function pushesArriveBy(
  name: string,
  wayOfPushing: (address: string, push: EssentialPush) => Promise<unknown>,
) {
  it(`all families and labels arrive exactly: ${name}`, async () => {
    const { prometheus, sluice } = await start();
    const pushes = [FAMILIES, GROUPING];
    const expected = pushes.flatMap(({ series }) => series);
    for (const push of pushes)
      expect(await wayOfPushing(sluice.address, push)).toEqual({ status: 202, text: '' });
    const stored = await storedSeries(prometheus, expected.length);
    expect(sorted(stored.map(single))).toEqual(sorted(expected));
    expect(await prometheus.rejections()).toEqual([]);
  });
}

pushesArriveBy('curl --data-binary', (address, { group, body }) => pushWithCurl(address, group, body));
pushesArriveBy('curl -X PUT', (address, { group, body }) =>
  pushWithCurl(address, group, body, '--request', 'PUT'),
);
pushesArriveBy('gzip', (address, { group, body }) =>
  pushWithCurl(address, group, gzipSync(body), '--header', 'Content-Encoding: gzip'),
);
pushesArriveBy('chunked, expecting 100-continue', (address, { group, body }) =>
  pushWithCurl(
    address,
    group,
    body,
    '--header',
    'Transfer-Encoding: chunked',
    '--header',
    'Expect: 100-continue',
  ),
);
pushesArriveBy('HTTP/1.0', (address, { group, body }) => pushWithCurl(address, group, body, '--http1.0'));

describe('values', () => {
  const VALUES: readonly (readonly [text: string, value: number])[] = [
    ['0', 0],
    ['-0', -0],
    ['0.1', 0.1],
    ['1e-7', 1e-7],
    ['9007199254740993', 9007199254740992],
    ['5e-324', 5e-324],
    ['2.2250738585072011e-308', Number.parseFloat('2.225073858507201e-308')],
    ['1.7976931348623157e+308', Number.MAX_VALUE],
    ['-1.7976931348623157E308', -Number.MAX_VALUE],
    ['0.30000000000000004', 0.30000000000000004],
    ['123456789012345678', 123456789012345680],
    ['3.', 3],
    ['.5', 0.5],
    ['+Inf', Infinity],
    ['-inf', -Infinity],
    ['nan', Number.NaN],
  ];

  it('arrive exactly, and a timestamp of the body is kept', async () => {
    const { prometheus, sluice } = await start();
    const timestampMs = Date.now() - 60_123;
    const lines = VALUES.map(([text], i) => `it_value{i="${i}"} ${text} ${timestampMs}\n`);
    expect(await pushWithCurl(sluice.address, 'job/values', lines.join(''))).toEqual({
      status: 202,
      text: '',
    });
    const stored = await storedSeries(prometheus, VALUES.length);
    expect(stored.flatMap(({ samples }) => samples.map((sample) => sample.timestampMs))).toEqual(
      VALUES.map(() => timestampMs),
    );
    expect(sorted(stored.map(single))).toEqual(
      sorted(
        VALUES.map(([, value], i) => ({
          labels: { __name__: 'it_value', job: 'values', i: String(i) },
          value,
        })),
      ),
    );
    expect(await prometheus.rejections()).toEqual([]);
  });

  it('without a timestamp get the time of the push', async () => {
    const { prometheus, sluice } = await start();
    const beforeMs = Date.now();
    await pushWithCurl(sluice.address, 'job/now', 'it_now 1\n');
    const afterMs = Date.now();
    const [series] = await storedSeries(prometheus, 1);
    expect(series?.samples[0]?.timestampMs).toBeGreaterThanOrEqual(beforeMs);
    expect(series?.samples[0]?.timestampMs).toBeLessThanOrEqual(afterMs);
  });
});
