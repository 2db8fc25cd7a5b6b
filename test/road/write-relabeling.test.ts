// writeRelabelConfigs on the whole road: each backend gets what its own rules make, and what they take out is counted.
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { metricValue } from '../support/metric-value.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { startRoad } from '../support/road-setup.ts';
import { startCollector } from '../support/running-collector.ts';
import { seriesText } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';

const drop = (regex: string) => ({ action: 'drop', sourceLabels: ['__name__'], regex });
const keep = (regex: string) => ({ action: 'keep', sourceLabels: ['__name__'], regex });

test('two backends with different rules each get what theirs make', async () => {
  const [one, two] = [await startReceiver(), await startReceiver()];
  const replica = { targetLabel: '__replica__', replacement: 'r1' };
  const config = roadConfig([
    backendFields(one.url(), { name: 'one', writeRelabelConfigs: [keep('a|b'), replica] }),
    backendFields(two.url(), {
      name: 'two',
      writeRelabelConfigs: [drop('a'), { action: 'labeldrop', regex: 'instance' }],
    }),
  ]);
  const collector = await startCollector(config);
  for (let i = 0; i < 3; i++) expect((await collector.push(`a ${i}\nb ${i}\nc ${i}\n`)).status).toBe(202);
  await waitUntil(() => one.delivered.length >= 6 && two.delivered.length >= 6, 'what both are sent');
  const rounds = [0, 1, 2];
  expect(one.delivered.map(seriesText)).toEqual(
    rounds.flatMap((i) =>
      ['a', 'b'].map((name) => `${name}{__replica__="r1",instance="i1",job="test"} ${i}`),
    ),
  );
  expect(two.delivered.map(seriesText)).toEqual(
    rounds.flatMap((i) => ['b', 'c'].map((name) => `${name}{job="test"} ${i}`)),
  );
  const metrics = await collector.metrics();
  for (const backend of ['one', 'two']) {
    const dropped = `sluice_samples_relabel_dropped_total{backend="${backend}",reason="rule"}`;
    expect(metricValue(metrics, dropped), backend).toBe(3);
  }
  expect(metricValue(metrics, 'sluice_samples_accepted_total')).toBe(9);
});

test('the replica label of a high-availability pair is in its sorted place, and no other label begins so', async () => {
  const { pushed, receiver, delivered } = await startRoad({
    config: { labels: { defaults: { cluster: 'c1', k: 'default' } } },
    backend: { writeRelabelConfigs: [{ targetLabel: '__replica__', replacement: 'r1' }] },
  });
  await pushed('m{k="own"} 1\n');
  await delivered(1);
  expect(receiver.delivered[0]!.labels).toEqual([
    ['__name__', 'm'],
    ['__replica__', 'r1'],
    ['cluster', 'c1'],
    ['instance', 'i1'],
    ['job', 'test'],
    ['k', 'own'],
  ]);
});

test('of series that become one the first is sent, and of a push of which nothing is left nothing', async () => {
  const road = await startRoad({
    backend: { writeRelabelConfigs: [{ action: 'labeldrop', regex: 'i' }, drop('debug')] },
  });
  await road.pushed('debug 1\n');
  await road.pushed('m{i="1"} 1\nm{i="2"} 2\nm{i="3"} 3\n');
  expect(await road.delivered(1)).toEqual(['m{instance="i1",job="test"} 1']);
  await road.drained();
  expect(road.receiver.delivered).toHaveLength(1);
  const name = 'sluice_samples_relabel_dropped_total{backend="primary",reason=';
  expect(await road.metric(`${name}"duplicate"}`)).toBe(2);
  expect(await road.metric(`${name}"rule"}`)).toBe(1);
});

test('a series that a rule makes too large, or leaves without a name, is dropped, and the others are sent', async () => {
  const road = await startRoad({
    backend: {
      queueConfig: { maxRequestBytes: '2KiB' },
      writeRelabelConfigs: [
        { sourceLabels: ['kind'], regex: 'large', targetLabel: 'x', replacement: 'y'.repeat(3000) },
        { sourceLabels: ['kind'], regex: 'nameless', targetLabel: '__name__', replacement: '' },
      ],
    },
  });
  await road.pushed('m{kind="large"} 1\nm{kind="nameless"} 2\nm{kind="good"} 3\n');
  expect(await road.delivered(1)).toEqual(['m{instance="i1",job="test",kind="good"} 3']);
  const name = 'sluice_samples_relabel_dropped_total{backend="primary",reason=';
  expect(await road.metric(`${name}"too_large"}`)).toBe(1);
  expect(await road.metric(`${name}"no_name"}`)).toBe(1);
});
