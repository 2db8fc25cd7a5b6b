// A block that the backend refuses is taken apart: the good series arrive once and in order, the bad ones are dropped and
// reported for each push.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { QueueConfig } from '../../src/config/config.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import { failing, type IsBad, refusing, shortName } from '../support/refusing-backend.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitUntil } from '../support/wait-until.ts';

/** `sizes` series in pushes `m0`, `m1`, … of jobs of the same name, as one block of one lane before a backend that plays `step`. */
async function offered(step: Step, sizes: readonly number[], queueConfig: Partial<QueueConfig> = {}) {
  const receiver = await startReceiver([step]);
  const maxSamplesPerSend = sizes.reduce((sum, size) => sum + size, 0);
  const setup = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { maxSamplesPerSend, ...queueConfig } }),
  );
  const { events, offer, nextMs } = setup;
  const series = sizes.flatMap((size, push) => Array.from({ length: size }, (_, i) => `m${push}/${i}`));
  for (const [push, size] of sizes.entries())
    expect(offer(encodeMany(`m${push}`, size, nextMs()), 0, `m${push}`)).toBe('accepted');
  const ended = () =>
    waitUntil(() => events.samplesSent + events.samplesDropped === series.length, 'the end of all series');
  const arrived = () => receiver.delivered.map(shortName);
  return { ...setup, receiver, series, ended, arrived };
}

/** As `offered`, and all good series arrive in order, all others are counted. */
async function separates(isBad: IsBad, sizes: readonly number[], status = 400) {
  const road = await offered(refusing(isBad, status), sizes);
  await road.ended();
  expect(road.arrived()).toEqual(road.series.filter((each) => !isBad(each)));
  await waitUntil(() => road.delivery.readings()[0]?.bytes === 0, 'an empty queue');
  return road;
}

const FORTY_BY_FIFTY = Array<number>(40).fill(50);

describe('a refused block', () => {
  test.each([400, 409, 422])('of 2000 series with one bad one loses that one only (%i)', async (status) => {
    const { events, receiver } = await separates((each) => each === 'm17/31', FORTY_BY_FIFTY, status);
    expect(events.seriesDrops).toEqual([
      {
        backend: 'primary',
        job: 'm17',
        reason: `status_${status}`,
        detail: 'bad sample',
        series: 1,
        pushSeries: 50,
        isUnseparated: false,
      },
    ]);
    expect(events.dropped).toEqual([]);
    expect(events.split).toMatchObject([{ reason: `status_${status}`, sampleCount: 2000 }]);
    // The block, and two requests for each time that it was halved.
    expect(receiver.requests.length).toBeLessThanOrEqual(1 + 2 * 12);
  });

  test.each(['m0/0', 'm0/49', 'm39/0', 'm39/49', 'm20/0', 'm19/49'])('loses %s only', async (bad) => {
    const { events } = await separates((each) => each === bad, FORTY_BY_FIFTY);
    expect(events.seriesDrops).toMatchObject([{ job: bad.split('/')[0], series: 1 }]);
  });

  test('of one push is cut inside it', async () => {
    const { events } = await separates((each) => each === 'm0/700', [1000]);
    expect(events.seriesDrops).toMatchObject([{ job: 'm0', series: 1, pushSeries: 1000 }]);
  });

  test('with several bad series is reported once for each push', async () => {
    const bad = new Set(['m1/0', 'm1/9', 'm1/10', 'm4/3', 'm9/19', 'm0/5', 'm0/6']);
    const { events } = await separates((each) => bad.has(each), Array(10).fill(20));
    expect(events.seriesDrops.map(({ job, series }) => [job, series])).toEqual([
      ['m0', 2],
      ['m1', 3],
      ['m4', 1],
      ['m9', 1],
    ]);
    expect(events.dropped).toEqual([]);
  });

  test('in which all is bad is dropped, every series alone, and what comes next is delivered', async () => {
    const road = await separates((each) => each.startsWith('m'), Array(6).fill(5));
    const { events, push, receiver } = road;
    expect(events.seriesDrops.map(({ job, series }) => [job, series])).toEqual(
      Array.from({ length: 6 }, (_, i) => [`m${i}`, 5]),
    );
    expect(receiver.requests.length).toBeLessThanOrEqual(2 * 30);
    push('next');
    await waitUntil(() => receiver.delivered.length === 1, 'the next push');
  });

  test('with any bad series, in pushes of any size, delivers all others once and in order', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = new SeededRandom(seed);
      const sizes = Array.from({ length: 1 + random.nat(12) }, () => 1 + random.nat(random.pick([1, 3, 30])));
      const bad = new Set<string>();
      for (const [push, size] of sizes.entries())
        for (let i = 0; i < size; i++)
          if (random.nat(random.pick([2, 10, 100])) === 0) bad.add(`m${push}/${i}`);
      const { events } = await separates((each) => bad.has(each), sizes);
      expect([seed, events.samplesDropped]).toEqual([seed, bad.size]);
    }
  });

  test('that has a series many times keeps its order, and later blocks wait', async () => {
    const receiver = await startReceiver([refusing((each) => each === 'bad')]);
    const { push, events } = startDelivery(
      backendConfig(receiver.url(), { queueConfig: { maxSamplesPerSend: 64 } }),
    );
    for (let value = 0; value < 300; value++) push(value % 10 === 7 ? 'bad' : 'counter', value);
    await waitUntil(() => events.samplesSent + events.samplesDropped === 300, 'the end of all');
    const good = Array.from({ length: 300 }, (_, value) => value).filter((value) => value % 10 !== 7);
    expect(receiver.deliveredValues).toEqual(good);
  });

  test('whose parts are all taken loses nothing', async () => {
    const once = failing({}, (request) => (request === 1 ? { status: 400 } : undefined));
    const { ended, events, arrived, series } = await offered(once, [3, 4, 5]);
    await ended();
    expect(arrived()).toEqual(series);
    expect(events.samplesDropped).toBe(0);
  });

  test('with a part that gets another final answer loses that part only', async () => {
    const rule: Step = refusing((each) => each === 'm0/0');
    const { ended, events, arrived } = await offered(
      failing(rule, (request) => (request === 2 ? { status: 410, body: 'gone' } : undefined)),
      [2, 2],
    );
    await ended();
    expect(events.seriesDrops).toMatchObject([{ reason: 'status_410', job: 'm0', series: 2, pushSeries: 2 }]);
    expect(arrived()).toEqual(['m1/0', 'm1/1']);
  });
});

describe('metadata', () => {
  const metadata = (family: string, help = 'text') => [{ family, type: 1, help }];
  const push = (name: string, count: number, timestampMs: number, help?: string) => {
    const samples = Array.from({ length: count }, (_, i) => ({
      name,
      labels: { i: String(i) },
      value: i,
      timestampMs,
    }));
    return encodeSamples(samples, metadata(name, help));
  };
  async function start(step: Step) {
    const receiver = await startReceiver([step]);
    const setup = startDelivery(
      backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: 1000, maxSamplesPerSend: 12 } }),
    );
    const taken = () => receiver.requests.filter(({ step: { status = 204 } }) => status < 300);
    const families = () => taken().flatMap(({ decoded }) => decoded.metadata.map(({ family }) => family));
    return { ...setup, receiver, families };
  }

  test('goes along with the first series of its push, once', async () => {
    const { offer, events, families, receiver, nextMs } = await start(refusing((each) => each === 'b/2'));
    for (const name of ['a', 'b', 'c']) offer(push(name, 4, nextMs()));
    await waitUntil(() => events.samplesSent === 11, 'the good series');
    expect(families()).toEqual(['a', 'b', 'c']);
    for (const { decoded } of receiver.requests)
      for (const { family } of decoded.metadata)
        expect(decoded.series.map(shortName)).toContain(`${family}/0`);
  });

  test('that is refused itself is left out, and its series is delivered', async () => {
    const rule: Step = {
      rule: ({ metadata: sent }) => (sent.some(({ family }) => family === 'b') ? { status: 400 } : {}),
    };
    const { offer, events, families, nextMs } = await start(rule);
    for (const name of ['a', 'b', 'c']) offer(push(name, 4, nextMs()));
    await waitUntil(() => events.samplesSent === 12, 'all series');
    expect(families()).toEqual(['a', 'c']);
    expect(events.samplesDropped).toBe(0);
  });

  test('that makes a request too large is left out', async () => {
    const rule: Step = { rule: (_, body) => (body.length > 500 ? { status: 413 } : {}) };
    const { offer, events, nextMs } = await start(rule);
    const help = randomBytes(600).toString('base64');
    offer(push('a', 12, nextMs(), help));
    await waitUntil(() => events.samplesSent === 12, 'all series');
    expect(events.split).toMatchObject([{ reason: 'status_413' }]);
    expect(events.samplesDropped).toBe(0);
  });
});

describe('a block that is too large for the backend (413)', () => {
  const atMost = (bytes: number): Step => ({
    rule: (_, body) => (body.length > bytes ? { status: 413, body: 'too big' } : {}),
  });

  test('is split until its parts fit', async () => {
    const { ended, events, arrived, series, receiver } = await offered(atMost(1500), FORTY_BY_FIFTY);
    await ended();
    expect(arrived()).toEqual(series);
    expect(events.samplesDropped).toBe(0);
    expect(events.split).toMatchObject([{ reason: 'status_413' }]);
    expect(receiver.requests.length).toBeLessThan(64);
  });

  test('loses only the series that does not fit alone', async () => {
    const receiver = await startReceiver([atMost(2000)]);
    const { offer, events, nextMs } = startDelivery(
      backendConfig(receiver.url(), { queueConfig: { maxSamplesPerSend: 5 } }),
    );
    offer(encodeMany('small', 2, nextMs()), 0, 'small');
    offer(encodeMany('large', 1, nextMs(), randomBytes(3000).toString('base64')), 0, 'large');
    offer(encodeMany('after', 2, nextMs()), 0, 'after');
    await waitUntil(() => events.samplesSent === 4 && events.samplesDropped === 1, 'the end of all');
    expect(events.seriesDrops.length + events.dropped.length).toBe(1);
    expect(events.seriesDrops).toMatchObject([
      { job: 'large', reason: 'too_large', detail: 'answered 413: too big', series: 1, pushSeries: 1 },
    ]);
    expect(receiver.delivered.map(shortName)).toEqual(['small/0', 'small/1', 'after/0', 'after/1']);
  });
});

describe('trouble while a block is taken apart', () => {
  const bad: IsBad = (each) => each === 'm3/2' || each === 'm7/9';
  const sizes = Array<number>(10).fill(10);
  const troubles: [string, Step][] = [
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['429 with Retry-After', { status: 429, headers: [['retry-after', '1']] }],
    ['a reset', { fault: 'reset-after-request' }],
    ['401', { status: 401 }],
  ];

  test.each(troubles)(
    '%s is waited for, and then the search continues where it was',
    async (what, trouble) => {
      const isRare = what.includes('Retry-After');
      const step = failing(refusing(bad), (request) =>
        (isRare ? request === 5 : request % 3 === 0) ? trouble : undefined,
      );
      const { ended, events, arrived, series } = await offered(step, sizes);
      await ended();
      expect(arrived()).toEqual(series.filter((each) => !bad(each)));
      expect(events.retried.length).toBeGreaterThan(0);
      expect(events.seriesDrops.map(({ job }) => job)).toEqual(['m3', 'm7']);
    },
  );

  test('a stop that must end gives up what is left, wherever it comes, and counts it', async () => {
    for (let last = 2; last <= 16; last++) {
      const hangs: Step = { fault: 'never-answer' };
      const step = failing(refusing(bad), (request) => (request > last ? hangs : undefined));
      const { delivery, events, arrived, receiver, series } = await offered(step, sizes);
      await waitUntil(() => receiver.requests.length > last, 'the request that hangs');
      const { lostSamples } = await delivery.stop(AbortSignal.abort());
      expect(arrived().length + events.samplesDropped).toBe(series.length);
      expect(events.dropped.map(({ reason }) => reason)).toEqual(['shutdown']);
      expect(events.dropped[0]?.sampleCount).toBe(lostSamples);
      const jobs = [...(events.dropped[0]?.jobs.values() ?? [])];
      expect(jobs.reduce((sum, samples) => sum + samples, 0)).toBe(lostSamples);
      expect(delivery.readings()[0]).toMatchObject({ bytes: 0, requestsInFlight: 0 });
    }
  });

  test('a stop that has time continues the search, and counts as lost what is refused from then on', async () => {
    const gate = Promise.withResolvers<void>();
    const step = failing(refusing(bad), (request) =>
      request === 2 ? { status: 503, until: gate.promise } : undefined,
    );
    const { delivery, arrived, receiver, series } = await offered(step, sizes);
    await waitUntil(() => receiver.requests.length === 2, 'the second request');
    const stopped = delivery.stop(new AbortController().signal);
    gate.resolve();
    expect(await stopped).toEqual({ lostSamples: 2 });
    expect(arrived()).toEqual(series.filter((each) => !bad(each)));
  });

  test('the age limit holds', async () => {
    const step = failing(refusing(bad), (request) => (request > 4 ? { status: 503 } : undefined));
    const { ended, events, arrived, series } = await offered(step, sizes, { sampleAgeLimit: 300 });
    await ended();
    expect(events.dropped).toMatchObject([{ reason: 'too_old' }]);
    expect(arrived().length + events.samplesDropped).toBe(series.length);
  });
});
