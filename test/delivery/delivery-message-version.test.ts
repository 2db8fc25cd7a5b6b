// Remote write 2.0 as a backend sees it, and the fallback if the backend does not know it.
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { findValue } from '../../src/remotewrite/series-value.ts';
import { MAX_START_BYTES, writeWithStart } from '../../src/remotewrite/start-timestamps.ts';
import { backendConfig } from '../support/backend-config.ts';
import type { DecodedRequestV2 } from '../support/decode-request-v2.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { RecordedRequest, ScriptedReceiver, Step } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

const V1 = 'application/x-protobuf';
const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
const HOUR_MS = 3_600_000;
const UNCONFIRMED =
  'answered 204 without saying what was written: expected X-Prometheus-Remote-Write-Samples-Written, found none';

function header({ headers }: RecordedRequest, wanted: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

function types({ requests }: ScriptedReceiver): string[] {
  return requests.map((request) => header(request, 'content-type').join());
}

/** Refuses 2.0 with this step, and takes 1.0. */
function onlyV1(refusal: Step): Step {
  return { rule: (request) => ('symbols' in request ? refusal : {}) };
}

async function startV2(
  script: readonly Step[],
  more: { messageVersionFallback?: boolean; maxBackoff?: number } = {},
) {
  const receiver = await startReceiver(script);
  const { maxBackoff = 20, ...overrides } = more;
  const config = backendConfig(receiver.url(), {
    messageVersion: 'V2.0',
    ...overrides,
    queueConfig: { maxBackoff },
  });
  return { receiver, ...startDelivery(config) };
}

function withStart(encoded: EncodedSeries, startMs: number): EncodedSeries {
  const { bytes } = encoded;
  const out = new Uint8Array(bytes.length + MAX_START_BYTES);
  const value = findValue(bytes, 0, bytes.length)!;
  return { ...encoded, bytes: out.subarray(0, writeWithStart(out, 0, bytes, bytes.length, value, startMs)) };
}

describe('a request of remote write 2.0', () => {
  test('says so in its headers, each of them once', async () => {
    const { receiver, push } = await startV2([{}]);
    push('m');
    await waitUntil(() => receiver.requests.length === 1, 'a request');
    const [request] = receiver.requests;
    expect(header(request!, 'content-type')).toEqual([V2]);
    expect(header(request!, 'content-encoding')).toEqual(['snappy']);
    expect(header(request!, 'x-prometheus-remote-write-version')).toEqual(['2.0.0']);
    expect(header(request!, 'user-agent')).toEqual(['sluice/0.0.0-test']);
    expect(header(request!, 'content-length')).toEqual([String(request!.body.length)]);
    expect(header(request!, 'retry-attempt')).toEqual([]);
  });

  test('has all samples, and its own symbols', async () => {
    const { receiver, offer, nextMs } = await startV2([{}]);
    expect(offer(encodeMany('big', 5000, nextMs()))).toBe('accepted');
    await waitUntil(() => receiver.delivered.length === 5000, 'all series');
    expect(receiver.deliveredValues).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    const symbols = receiver.requests.map(({ decoded }) => (decoded as DecodedRequestV2).symbols.length);
    expect(symbols).toEqual([2004, 2004, 1004]);
  });

  test('is repeated as it was, with the number of the attempt', async () => {
    const { receiver, push, events } = await startV2([{ status: 503 }, { status: 503 }, {}]);
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(types(receiver)).toEqual([V2, V2, V2]);
    const [first, ...repeats] = receiver.requests;
    for (const repeat of repeats) expect(repeat.body).toEqual(first!.body);
    expect(receiver.requests.map((request) => header(request, 'retry-attempt'))).toEqual([[], ['1'], ['2']]);
  });

  test('has the metadata of its families, even if that came with an earlier request', async () => {
    const { receiver, offer, nextMs } = await startV2([{}]);
    const sample = (value: number) => ({ name: 'h_count', value, timestampMs: nextMs() });
    offer(encodeSamples([sample(1)], [{ family: 'h', type: 3, help: 'A histogram' }]));
    await waitUntil(() => receiver.delivered.length === 1, 'the first');
    offer(encodeSamples([sample(2)]));
    await waitUntil(() => receiver.delivered.length === 2, 'the second');
    expect(receiver.delivered).toMatchObject([
      { metadata: { type: 3, help: 'A histogram' } },
      { metadata: { type: 3, help: 'A histogram' } },
    ]);
  });

  test('that is refused with 400 is taken apart, as one of 1.0 is', async () => {
    const isBad: Step['rule'] = ({ series }) =>
      series.some(({ labels }) => labels.some(([, value]) => value === 'bad')) ? { status: 400 } : undefined;
    const { receiver, push, events } = await startV2([{ rule: isBad }]);
    for (const name of ['a', 'bad', 'c', 'd']) push(name);
    await waitUntil(() => receiver.delivered.length === 3, 'the others');
    await waitUntil(() => events.samplesDropped === 1, 'the drop');
    expect(new Set(types(receiver))).toEqual(new Set([V2]));
  });
});

describe('a backend that answers 415', () => {
  const refusal = { status: 415, headers: [['Retry-After', '3600']] as const, body: 'unsupported' };

  test('is sent the same samples as 1.0 at once, and only that from then on', async () => {
    const { receiver, push, events } = await startV2([onlyV1(refusal)], { maxBackoff: HOUR_MS });
    push('a', 1);
    await waitUntil(() => events.sent.length === 1, 'a');
    push('b', 2);
    await waitUntil(() => events.sent.length === 2, 'b');
    expect(types(receiver)).toEqual([V2, V1, V1]);
    expect(receiver.requests.map((request) => header(request, 'x-prometheus-remote-write-version'))).toEqual([
      ['2.0.0'],
      ['0.1.0'],
      ['0.1.0'],
    ]);
    expect(receiver.deliveredValues).toEqual([1, 2]);
    const [first, again] = receiver.requests.map(({ decoded }) => decoded.series[0]!.samples);
    expect(again).toEqual(first);
    expect(events.messageVersions).toEqual(['2', 'fell back: status_415']);
    expect([events.retried, events.dropped]).toEqual([[], []]);
  });

  test('is sent no start timestamps as 1.0, which has no field for them', async () => {
    const { receiver, offer, nextMs, events } = await startV2([onlyV1(refusal)]);
    const startMs = nextMs() - 5000;
    for (const value of [1, 2]) {
      offer(withStart(encodeSamples([{ name: 'c_total', value, timestampMs: nextMs() }]), startMs));
      await waitUntil(() => events.sent.length === value, 'the delivery');
    }
    expect(types(receiver)).toEqual([V2, V1, V1]);
    expect((receiver.requests[0]!.decoded as DecodedRequestV2).series[0]!.startsMs).toEqual([startMs]);
    expect(receiver.deliveredValues).toEqual([1, 2]);
  });

  test('gets our credentials in both requests', async () => {
    const receiver = await startReceiver([onlyV1(refusal)]);
    const authorization = { type: 'Bearer', credentials: new Secret('hunter2') };
    const config = backendConfig(receiver.url(), { messageVersion: 'V2.0', authorization });
    const { push, events } = startDelivery(config);
    push('a');
    await waitUntil(() => events.sent.length === 1, 'a');
    const credentials = receiver.requests.map((request) => header(request, 'authorization'));
    expect(credentials).toEqual([['Bearer hunter2'], ['Bearer hunter2']]);
  });

  test('to both versions gets each once, and the samples are dropped', async () => {
    const { receiver, push, events } = await startV2([{ status: 415, body: 'nothing at all' }]);
    push('a');
    await waitUntil(() => events.dropped.length === 1, 'the drop');
    expect(types(receiver)).toEqual([V2, V1]);
    expect(events.dropped).toMatchObject([
      { reason: 'status_415', detail: 'nothing at all', sampleCount: 1 },
    ]);
  });

  test('is final if no other version may be sent', async () => {
    const { receiver, push, events } = await startV2([{ status: 415, body: 'no' }, {}], {
      messageVersionFallback: false,
    });
    push('a', 1);
    await waitUntil(() => events.dropped.length === 1, 'the drop');
    push('b', 2);
    await waitUntil(() => events.sent.length === 1, 'b');
    expect(types(receiver)).toEqual([V2, V2]);
    expect(events.dropped).toMatchObject([{ reason: 'status_415', detail: 'no' }]);
    expect(events.messageVersions).toEqual(['2']);
  });
});

describe('a 2xx that does not say what was written', () => {
  for (const status of [200, 202, 204]) {
    test(`of ${status} counts as not understood`, async () => {
      const { receiver, push, events } = await startV2([onlyV1({ status, tellsWritten: false })]);
      push('a', 1);
      await waitUntil(() => events.sent.length === 1, 'a');
      push('b', 2);
      await waitUntil(() => events.sent.length === 2, 'b');
      expect(types(receiver)).toEqual([V2, V1, V1]);
      expect(receiver.requests.slice(1).flatMap(({ decoded }) => decoded.series.length)).toEqual([1, 1]);
      expect(events.messageVersions).toEqual(['2', 'fell back: unconfirmed']);
      expect(events.samplesSent).toBe(2);
    });
  }

  test('loses the samples, counted, if no other version may be sent', async () => {
    const { receiver, push, events } = await startV2([{ tellsWritten: false }], {
      messageVersionFallback: false,
    });
    push('a');
    await waitUntil(() => events.dropped.length === 1, 'the drop');
    expect(events.dropped).toMatchObject([{ reason: 'unconfirmed', detail: UNCONFIRMED, sampleCount: 1 }]);
    expect(events.sent).toEqual([]);
    expect(types(receiver)).toEqual([V2]);
  });

  test('is a success of 1.0, as is one that says nothing was written', async () => {
    const zero: Step = { headers: [['X-Prometheus-Remote-Write-Samples-Written', '0']] };
    const receiver = await startReceiver([{}, zero]);
    const { push, events } = startDelivery(backendConfig(receiver.url()));
    push('a');
    await waitUntil(() => events.sent.length === 1, 'a');
    push('b');
    await waitUntil(() => events.sent.length === 2, 'b');
    expect(types(receiver)).toEqual([V1, V1]);
    expect([events.dropped, events.messageVersions]).toEqual([[], ['1']]);
  });
});

describe('no fallback', () => {
  const headers = [
    ['X-Prometheus-Remote-Write-Version', '0.1.0'],
    ['x-prometheus-remote-write-samples-written', '1'],
  ] as const;
  const cases: Readonly<Record<string, Step>> = {
    'an older version in the answer': { status: 200, headers },
    'one of the three headers': { headers: [['X-Prometheus-Remote-Write-Histograms-Written', '1']] },
    '400': { status: 400 },
    '500': { status: 500 },
    '429': { status: 429 },
    '404': { status: 404 },
    'a reset': { fault: 'reset-after-request' },
  };
  for (const [what, step] of Object.entries(cases)) {
    test(`comes of ${what}`, async () => {
      const { receiver, push, events } = await startV2([step, {}]);
      push('a');
      await waitUntil(() => events.sent.length + events.samplesDropped > 0, 'the end of a');
      push('b');
      await waitUntil(() => receiver.delivered.some(({ labels }) => labels[0]![1] === 'b'), 'b');
      expect(new Set(types(receiver))).toEqual(new Set([V2]));
      expect(events.messageVersions).toEqual(['2']);
    });
  }
});

describe('2.0 is tried again', () => {
  async function startFallenBack(answer: Step) {
    const clock = new FakeClock(Date.now());
    let refusal: Step | undefined = answer;
    const receiver = await startReceiver([{ rule: (request) => ('symbols' in request ? refusal : {}) }]);
    const config = backendConfig(receiver.url(), {
      messageVersion: 'V2.0',
      queueConfig: { maxSamplesPerSend: 1 },
    });
    const setup = startDelivery(config, { clock });
    const sends = async (name: string, wanted: readonly string[]) => {
      const before = receiver.requests.length;
      const sent = setup.events.sent.length;
      setup.push(name);
      await waitUntil(() => setup.events.sent.length === sent + 1, name);
      expect(types(receiver).slice(before)).toEqual(wanted);
    };
    const learn = () => {
      refusal = undefined;
    };
    await sends('first', [V2, V1]);
    return { clock, sends, learn, events: setup.events };
  }

  test('after an hour, and stays if the backend knows it by then', async () => {
    const { clock, sends, learn, events } = await startFallenBack({ status: 415 });
    learn();
    clock.advance(HOUR_MS - 1);
    await sends('before', [V1]);
    clock.advance(1);
    await sends('trial', [V2]);
    await sends('after', [V2]);
    expect(events.messageVersions).toEqual(['2', 'fell back: status_415', 'restored']);
  });

  test('once an hour if it does not, without another report', async () => {
    const { clock, sends, events } = await startFallenBack({ tellsWritten: false });
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(HOUR_MS);
      await sends('trial', [V2, V1]);
      await sends('after', [V1]);
    }
    expect(events.messageVersions).toEqual(['2', 'fell back: unconfirmed']);
  });
});
