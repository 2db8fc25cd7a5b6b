// Staleness markers in a real Prometheus: what a push replaces is absent from instant queries at once.
import { expect } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf/family-messages.ts';
import { sendHttp, sendPush } from '../support/http-client.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { fetchApi } from './support/fetch-text.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluiceWith } from './support/sluice.ts';

const it = itWith('prometheus');

const TARGET = '/pushgateway/metrics/job/ends';
const PROTOBUF =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const HISTOGRAM = {
  sample_count: 2,
  sample_sum: 3.5,
  schema: 3,
  positive_span: [{ offset: 1, length: 2 }],
  positive_delta: [1, 0],
};

async function start(pushgateway: Readonly<Record<string, unknown>>) {
  const prometheus = await Prometheus.start({ features: ['native-histograms'] });
  const { address } = await startSluiceWith([{ name: 'real', url: prometheus.writeUrl }], {}, pushgateway);
  const push = async (body: string | Uint8Array, headers = {}) => {
    const { status, text } = await sendPush(address, body, { target: TARGET, headers });
    expect([status, text]).toEqual([202, '']);
  };
  const remove = async () => {
    const { status, text } = await sendHttp(address, { method: 'DELETE', target: TARGET });
    expect([status, text]).toEqual([202, '']);
  };
  /** The names of the series that an instant query shows now, in alphabetical order. */
  const shown = async () => {
    const query = encodeURIComponent('{job="ends"}');
    const url = `${prometheus.url}/api/v1/query?query=${query}`;
    const { result } = await fetchApi<{ result: { metric: { __name__: string } }[] }>(url);
    return result
      .map(({ metric }) => metric.__name__)
      .sort()
      .join(' ');
  };
  const shows = (names: string) => waitForValue(shown, (found) => found === names, `exactly "${names}"`);
  return { prometheus, push, remove, shows };
}

it('without staleness a replaced series is still shown', async () => {
  const { push, shows } = await start({});
  await push('gone 1\nkept 1\n');
  await shows('gone kept');
  await push('kept 2\nnew 1\n');
  await shows('gone kept new');
});

it('a replaced series ends at once, and continues when it is pushed again', async () => {
  const { prometheus, push, remove, shows } = await start({ staleness: 'onReplace', onDelete: 'markStale' });
  await push('gone 1\nkept 1\n');
  await shows('gone kept');
  await push('kept 2\nnew 1\n');
  await shows('kept new');
  await push('gone 2\nkept 3\n');
  await shows('gone kept');
  await remove();
  await shows('');
  await push('kept 4\n');
  await shows('kept');
  expect(await prometheus.rejections()).toEqual([]);
});

it('a replaced native histogram ends at once', async () => {
  const { prometheus, push, shows } = await start({ staleness: 'onReplace' });
  const family = { name: 'h', type: Type.histogram, metric: [{ histogram: HISTOGRAM }] };
  await push(bodyOf(family), { 'content-type': PROTOBUF });
  await shows('h');
  await push('kept 1\n');
  await shows('kept');
  expect(await prometheus.rejections()).toEqual([]);
});
