// What the configuration changes about what is sent: timestamps, default labels, metadata.
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { startRoad } from '../support/road-setup.ts';
import { waitUntil } from '../support/wait-until.ts';

const pushgateway = (fields: object) => ({ push: { pushgateway: fields } });

describe('timestamps', () => {
  test('reject: a body with one forwards nothing', async () => {
    const { collector, pushed, delivered } = await startRoad({
      config: pushgateway({ timestamps: 'reject' }),
    });
    const answer = await collector.push('ok 1\nm 1 1700000000123\n');
    expect([answer.status, answer.text]).toEqual([
      400,
      'Cannot parse exposition line 2: expected no timestamp (timestamps: reject), found one\n',
    ]);
    await pushed('after 1\n');
    expect(await delivered(1)).toEqual(['after{instance="i1",job="test"} 1']);
  });

  test('ignore: every sample carries the time of its receipt', async () => {
    const clock = new FakeClock();
    const { receiver, pushed, delivered } = await startRoad({
      clock,
      config: pushgateway({ timestamps: 'ignore' }),
    });
    await pushed('a 1 5\nb 2\n');
    clock.advance(10);
    await delivered(2);
    const times = receiver.delivered.map(({ samples }) => samples[0]!.timestampMs);
    expect(times).toEqual([1_700_000_000_000, 1_700_000_000_000]);
  });

  test('ignore: samples of one series that only differ in time are a series pushed twice', async () => {
    const { collector } = await startRoad({ config: pushgateway({ timestamps: 'ignore' }) });
    expect((await collector.push('m 1 5\nm 2 6\n')).status).toBe(400);
  });

  test('honor, the default: a sample keeps its own, the others get the time of receipt', async () => {
    const clock = new FakeClock();
    const { receiver, pushed, delivered } = await startRoad({ clock });
    await pushed('a 1 5\nb 2\n');
    clock.advance(10);
    await delivered(2);
    const times = receiver.delivered.map(({ samples }) => samples[0]!.timestampMs);
    expect(times).toEqual([5, 1_700_000_000_000]);
  });
});

describe('labels.defaults', () => {
  const config = { labels: { defaults: { cluster: 'c1', zone: 'z1', team: '', __replica__: 'r1' } } };

  const sent = async (body: string, target: string) => {
    const { pushed, delivered } = await startRoad({ config });
    await pushed(body, target);
    return delivered(1);
  };

  test('are added in their sorted place, empty ones not', async () => {
    expect(await sent('m{k="v"} 1\n', '/pushgateway/metrics/job/j')).toEqual([
      'm{__replica__="r1",cluster="c1",job="j",k="v",zone="z1"} 1',
    ]);
  });

  test('give way to a label of the body', async () => {
    expect(await sent('m{cluster="own",team="t"} 1\n', '/pushgateway/metrics/job/j')).toEqual([
      'm{__replica__="r1",cluster="own",job="j",team="t",zone="z1"} 1',
    ]);
  });

  test('give way to the grouping key, also to an empty value in it', async () => {
    expect(await sent('m{zone="own"} 1\n', '/pushgateway/metrics/job/j/cluster/group/zone@base64/=')).toEqual(
      ['m{__replica__="r1",cluster="group",job="j"} 1'],
    );
  });
});

describe('metadataConfig', () => {
  const GAUGE = 2;
  const COUNTER = 1;
  const BODY = '# HELP a Line one\\nline \\\\ two.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 1\nc 1\n';
  const A = { type: COUNTER, family: 'a', help: 'Line one\nline \\ two.', unit: '' };
  const B = { type: GAUGE, family: 'b', help: '', unit: '' };

  /** A road in which every push is its own request. */
  async function startStepwise(config: object) {
    const clock = new FakeClock();
    const { collector, receiver, pushed } = await startRoad({ clock, config: { ...config } });
    const metadataOf = async (body: string, target?: string) => {
      const before = receiver.requests.length;
      await pushed(body, target);
      clock.advance(10);
      await waitUntil(() => receiver.requests.length > before, 'the request');
      // Until its answer is here a leap of the clock would be a timeout.
      await waitUntil(() => clock.pendingTimers === 0, 'the end of the request');
      expect(receiver.requests.length).toBe(before + 1);
      return receiver.requests[before]!.decoded.metadata;
    };
    return { clock, collector, metadataOf };
  }

  test('sends TYPE and HELP once per family and interval, and again after it', async () => {
    const { clock, metadataOf } = await startStepwise({ metadataConfig: { sendInterval: '1m' } });
    expect(await metadataOf(BODY)).toEqual([A, B]);
    expect(await metadataOf(BODY)).toEqual([]);
    expect(await metadataOf(BODY, '/pushgateway/metrics/job/another')).toEqual([]);
    clock.advance(59_000);
    expect(await metadataOf(BODY)).toEqual([]);
    clock.advance(1000);
    expect(await metadataOf(BODY)).toEqual([A, B]);
    expect(await metadataOf(BODY)).toEqual([]);
  });

  test('sends a new family at once with known ones', async () => {
    const { metadataOf } = await startStepwise({});
    expect(await metadataOf('# TYPE b gauge\nb 1\n')).toEqual([B]);
    expect(await metadataOf(BODY)).toEqual([A]);
  });

  test('counts what went with a refused push as not sent', async () => {
    const { collector, metadataOf } = await startStepwise({});
    expect((await collector.push(`${BODY}broken\n`)).status).toBe(400);
    expect(await metadataOf(BODY)).toEqual([A, B]);
  });

  test('send: false sends none', async () => {
    const { metadataOf } = await startStepwise({ metadataConfig: { send: false } });
    expect(await metadataOf(BODY)).toEqual([]);
  });
});
