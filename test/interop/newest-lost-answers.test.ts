// What happens if the newest Prometheus stores a request and the answer is lost: it gets the same bytes again, and has
// every sample, histogram and exemplar once.
import { expect } from 'vitest';
import { metricValue } from '../support/metric-value.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { HISTOGRAM_FAMILIES, nativeHistogramBody } from './corpus/native-histograms.ts';
import { bitsOf, nameOf } from './support/exact-series.ts';
import { startForgetfulProxy } from './support/forgetful-proxy.ts';
import { itWithNewestPrometheus, NewestPrometheus } from './support/newest-prometheus.ts';
import { EXEMPLARS_BODY, type MessageVersion, OPEN_METRICS, PROTOBUF, TEXT } from './support/newest-road.ts';
import { startSluice } from './support/sluice.ts';

const it = itWithNewestPrometheus();
const LOSSES = 3;
const VERSIONS: readonly MessageVersion[] = ['V1.0', 'V2.0'];

for (const messageVersion of VERSIONS) {
  it(`lost answers lose nothing and double nothing (${messageVersion})`, async () => {
    // Of a series that is in the block several times, it refuses all but the last as out of order, though it has them.
    await loseAnswers(messageVersion, '0s');
  });

  it(`with an out-of-order window they also let nothing be refused (${messageVersion})`, async () => {
    const { metrics } = await loseAnswers(messageVersion, '10m');
    expect(metrics).not.toMatch(/^sluice_(?:samples_dropped|exemplars_rejected)\S+ [^0]/m);
  });
}

async function loseAnswers(messageVersion: MessageVersion, outOfOrderWindow: string) {
  const prometheus = await NewestPrometheus.start({ outOfOrderWindow });
  const proxy = await startForgetfulProxy(prometheus.writeUrl, LOSSES);
  const queueConfig = { batchSendDeadline: '20ms', minBackoff: '5ms', maxBackoff: '50ms' };
  const version = messageVersion === 'V1.0' ? {} : { messageVersion };
  const sluice = await startSluice({ url: proxy.url, queueConfig, ...version });
  const push = async (body: string | Uint8Array, contentType: string, job: string) => {
    const target = `/pushgateway/metrics/job/${job}`;
    const answer = await sluice.push(body, { target, headers: { 'content-type': contentType } });
    expect([answer.status, answer.text]).toEqual([202, '']);
  };
  await push(nativeHistogramBody(Date.now()), PROTOBUF, 'histograms');
  await push(EXEMPLARS_BODY, OPEN_METRICS, 'exemplars');
  for (let value = 0; value < 10; value++) await push(`again ${value}\n`, TEXT, 'again');
  await waitForValue(
    async () => metricValue(await sluice.metrics(), 'sluice_queue_bytes{backend="real"}'),
    (bytes) => bytes === 0,
    'an empty queue',
  );
  const stored = await prometheus.series();
  const again = stored.find((series) => nameOf(series) === 'again');
  expect(again?.samples.map(({ bits }) => bits)).toEqual(Array.from({ length: 10 }, (_, i) => bitsOf(i)));
  const histograms = stored.filter(({ labels }) => labels.job === 'histograms');
  expect(histograms.map((series) => series.histograms.length)).toEqual(HISTOGRAM_FAMILIES.map(() => 1));
  expect(stored.flatMap(({ exemplars }) => exemplars)).toHaveLength(3);
  expect(proxy.lost()).toBe(LOSSES);
  return { metrics: await sluice.metrics() };
}
