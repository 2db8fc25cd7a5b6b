// metricRelabelConfigs on the whole road: what a pusher hears, and what a backend gets.
import { expect, test } from 'vitest';
import { startRoad } from '../support/road-setup.ts';

function relabeling(...rules: object[]) {
  return { config: { push: { pushgateway: { metricRelabelConfigs: rules } } } };
}

test('a push whose series become one is refused, and nothing of it is sent', async () => {
  const { collector, pushed, delivered } = await startRoad(relabeling({ action: 'labeldrop', regex: 'i' }));
  const { status, text } = await collector.push('before 1\nm{i="1"} 1\nm{i="2"} 2\n');
  expect([status, text]).toEqual([
    400,
    'Cannot relabel push: expected metricRelabelConfigs to keep its series distinct, found m{instance="i1",job="test"} a second time, made from m{i="2",instance="i1",job="test"}\n',
  ]);
  await pushed('after 1\n');
  expect(await delivered(1)).toEqual(['after{instance="i1",job="test"} 1']);
});

test('a push that becomes too large is refused with 413', async () => {
  const { collector } = await startRoad({
    ...relabeling({ targetLabel: 'x', replacement: 'y'.repeat(3000) }),
    backend: { queueConfig: { maxRequestBytes: '2KiB' } },
  });
  const { status, text } = await collector.push('m 1\n');
  expect(status).toBe(413);
  expect(text).toMatch(
    /^Cannot forward series m\{.* after relabeling: expected at most \d+ bytes, found 3\d\d\d\n$/,
  );
});

test('a push of which nothing is left is accepted, and its samples are counted', async () => {
  const road = await startRoad(relabeling({ action: 'drop', sourceLabels: ['__name__'], regex: 'debug_.*' }));
  await road.pushed('debug_a 1\ndebug_b 2\n');
  await road.pushed('debug_a 1\nm 2\n');
  expect(await road.delivered(1)).toEqual(['m{instance="i1",job="test"} 2']);
  expect(await road.metric('sluice_push_samples_relabel_dropped_total{reason="rule"}')).toBe(3);
  expect(await road.metric('sluice_samples_relabel_dropped_total{backend="primary",reason="rule"}')).toBe(0);
  expect(await road.metric('sluice_samples_accepted_total')).toBe(1);
});

test('every backend gets what the rules make', async () => {
  const { pushed, delivered, receiver } = await startRoad(
    relabeling(
      { sourceLabels: ['job'], targetLabel: 'owner', replacement: 'team-$1' },
      { action: 'labeldrop', regex: 'instance' },
    ),
  );
  for (let i = 0; i < 3; i++) await pushed(`m ${i}\n`);
  const expected = [0, 1, 2].map((i) => `m{job="test",owner="team-test"} ${i}`);
  expect(await delivered(3)).toEqual(expected);
  expect(receiver.delivered).toHaveLength(3);
});
