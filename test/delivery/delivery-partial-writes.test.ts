// What a backend of remote write 2.0 says it has written: nothing that was written is sent again.
import { expect, test } from 'vitest';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';
import { WRITE_REQUEST } from '../support/write-request-type.ts';

type Written = { readonly samples?: string; readonly histograms?: string; readonly exemplars?: string };

function answer(status: number, written: Written, body = ''): Step {
  const headers = Object.entries(written).map(
    ([kind, count]) => [`X-Prometheus-Remote-Write-${kind}-Written`, count] as const,
  );
  return { status, headers, body };
}

/** Three samples, a native histogram and an exemplar. */
function fourSeries(timestampMs: number): EncodedSeries {
  const labels = (name: string) => [{ name: '__name__', value: name }];
  const samples = (value: number) => [{ value, timestamp: timestampMs }];
  const histograms = [{ count_int: 1, zero_count_int: 1, sum: 1, timestamp: timestampMs }];
  const message = WRITE_REQUEST.fromObject({
    timeseries: [
      { labels: labels('a'), samples: samples(1) },
      { labels: labels('b'), samples: samples(2) },
      { labels: labels('c'), samples: samples(3), exemplars: [{ value: 1, timestamp: timestampMs }] },
      { labels: labels('h'), histograms },
    ],
  });
  return {
    bytes: WRITE_REQUEST.encode(message).finish(),
    sampleCount: 4,
    withheldHistograms: 0,
    hasStartTimestamps: false,
  };
}

async function sendTo(...script: Step[]) {
  const receiver = await startReceiver(script);
  const setup = startDelivery(backendConfig(receiver.url(), { messageVersion: 'V2.0' }));
  setup.offer(fourSeries(setup.nextMs()), 0, 'backup');
  const { events } = setup;
  await waitUntil(() => events.samplesSent + events.samplesDropped >= 4, 'the end');
  return { receiver, events };
}

/** The answer ends the request: this many are sent, and the others are dropped for this reason. */
async function ends(step: Step, sent: number, reason?: string, detail = '') {
  const { receiver, events } = await sendTo(step, {});
  expect([receiver.requests.length, events.samplesSent]).toEqual([1, sent]);
  const dropped = events.dropped.map((drop) => [
    drop.reason,
    drop.detail,
    drop.sampleCount,
    drop.isUnseparated,
  ]);
  const took = `took ${sent} of 4 samples sent together, and does not say which`;
  const words = detail === '' ? took : `${took}: ${detail}`;
  expect(dropped).toEqual(reason === undefined ? [] : [[reason, words, 4 - sent, true]]);
  return events;
}

test('of a refusal what was written is sent, and the rest is dropped', async () => {
  const events = await ends(
    answer(400, { samples: '2', histograms: '1' }, 'out of order'),
    3,
    'status_400',
    'out of order',
  );
  expect(events.exemplarsNotWritten).toBe(1);
  for (const status of [409, 413, 422, 499])
    await ends(answer(status, { samples: '1' }, 'no'), 1, `status_${status}`, 'no');
});

test('of a refusal of exemplars alone all samples are sent', async () => {
  const events = await ends(answer(400, { samples: '3', histograms: '1' }, 'exemplar'), 4);
  expect(events.exemplarsNotWritten).toBe(1);
});

test('of a success that counts less the rest is dropped', async () => {
  await ends(answer(204, { samples: '1' }), 1, 'short_write', 'answered 204');
  await ends(answer(200, { exemplars: '1' }), 0, 'short_write', 'answered 200');
});

test('202 with nothing written is a success: a replica that is not elected answers so', async () => {
  const events = await ends(answer(202, { samples: '0', histograms: '0', exemplars: '0' }), 4);
  expect(events.exemplarsNotWritten).toBe(0);
});

test('of a success exemplars that were not written are counted', async () => {
  const events = await ends(answer(200, { samples: '3', histograms: '1', exemplars: '0' }), 4);
  expect(events.exemplarsNotWritten).toBe(1);
  expect(
    (await ends(answer(200, { samples: '3', histograms: '1', exemplars: '1' }), 4)).exemplarsNotWritten,
  ).toBe(0);
});

test('counts that cannot be used are ignored', async () => {
  const unusable = ['', 'x', '-1', '1.5', '1e3', '0x1', '99999999999999999999', `${'9'.repeat(5000)}`];
  for (const samples of unusable) await ends(answer(204, { samples, histograms: '1', exemplars: '1' }), 4);
  await ends(
    { headers: [...answer(204, { samples: '1' }).headers!, ...answer(204, { samples: '1' }).headers!] },
    4,
  );
  await ends(answer(204, { samples: '999', histograms: '1', exemplars: '1' }), 4);
  await ends(answer(400, { samples: '2', histograms: 'x' }), 2, 'status_400');
});

test('a refusal that wrote nothing, or does not say, is taken apart', async () => {
  for (const written of [{}, { samples: '0' }, { samples: '-3' }, { exemplars: '1' }]) {
    const { receiver, events } = await sendTo(answer(400, written), {});
    expect(receiver.requests.length).toBeGreaterThan(1);
    expect([events.samplesSent, events.samplesDropped]).toEqual([4, 0]);
    expect(events.split.length).toBe(1);
  }
});

test('a failure that may pass is repeated as a whole, whatever was written', async () => {
  for (const status of [429, 500, 503]) {
    const { receiver, events } = await sendTo(answer(status, { samples: '2' }), {});
    expect(receiver.requests.map(({ decoded }) => decoded.series.length)).toEqual([4, 4]);
    expect([events.samplesSent, events.samplesDropped]).toEqual([4, 0]);
  }
});
