// The same pushes to two storages of the newest Prometheus, to one by remote write 1.0 and to the other by 2.0: what both
// have stored is the same, bit for bit.
import { expect } from 'vitest';
import { bodyOf } from '../exposition/protobuf/family-messages.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { rollFamilies } from './corpus/metric-families.ts';
import { nativeHistogramBody } from './corpus/native-histograms.ts';
import { type ExactSeries, nameOf } from './support/exact-series.ts';
import { itWithNewestPrometheus, NewestPrometheus } from './support/newest-prometheus.ts';
import { EXEMPLARS_BODY, OPEN_METRICS, PROTOBUF, TEXT } from './support/newest-road.ts';
import { startSluiceWith } from './support/sluice.ts';

const it = itWithNewestPrometheus();
const PUSHES = 400;

it('random families, native histograms and exemplars are the same by 1.0 and by 2.0', async () => {
  const byOne = await NewestPrometheus.start({ accept: 'v1' });
  const byTwo = await NewestPrometheus.start({ accept: 'v2' });
  const sluice = await startSluiceWith([
    { name: 'one', url: byOne.writeUrl },
    { name: 'two', url: byTwo.writeUrl, messageVersion: 'V2.0' },
  ]);
  const push = (body: string | Uint8Array, contentType: string, job: string) =>
    sluice.push(body, {
      target: `/pushgateway/metrics/job/${job}`,
      headers: { 'content-type': contentType },
    });
  const seenByBoth = async (name: string) => {
    for (const prometheus of [byOne, byTwo])
      await waitForValue(
        () => prometheus.series(),
        (series) => series.map(nameOf).includes(name),
        name,
      );
  };
  // After a sample of now, those with odd timestamps are too old for both.
  await push('first 1\n', TEXT, 'first');
  await seenByBoth('first');
  const random = new SeededRandom(2);
  let taken = 0;
  for (let i = 0; i < PUSHES; i++) {
    const { status } = await push(bodyOf(...rollFamilies(random)), PROTOBUF, `job_${i}`);
    if (status === 202) taken++;
  }
  expect(taken).toBeGreaterThan(PUSHES / 2);
  expect((await push(nativeHistogramBody(Date.now()), PROTOBUF, 'native')).status).toBe(202);
  expect((await push(EXEMPLARS_BODY, OPEN_METRICS, 'exemplars')).status).toBe(202);
  await sluice.stop();
  const [one, two] = await Promise.all([byOne.series(), byTwo.series()]);
  expect(one.length).toBeGreaterThan(PUSHES);
  expect(one.filter(({ histograms }) => histograms.length > 0).length).toBeGreaterThan(7);
  expect(two.map(withoutMetadata)).toEqual(one.map(withoutMetadata));
  expect(one.every(({ metadata }) => metadata === null)).toBe(true);
  expect(two.every(({ metadata }) => metadata !== null)).toBe(true);
});

/** By 1.0 Prometheus does not keep any with a series. */
function withoutMetadata({ metadata, ...rest }: ExactSeries): Omit<ExactSeries, 'metadata'> {
  return rest;
}
