// metricRelabelConfigs: rules for every pushed series, before any backend gets it.
import { expect, test } from 'vitest';
import type { RelabelConfig } from '../../src/config/config.ts';
import type { RelabelDrops } from '../../src/telemetry/events.ts';
import type { TranscoderOptions } from '../../src/transcode/transcoder.ts';
import { relabelRule } from '../support/relabel-rule.ts';
import { decodePush, fixed, newTranscoder, push, RECEIVED_AT_MS } from '../transcode/transcode-body.ts';

const DROP_A = relabelRule({ action: 'drop', sourceLabels: ['__name__'], regex: 'a' });
const MERGE = relabelRule({ action: 'labeldrop', regex: 'i' });

function relabeled(
  body: string,
  rules: readonly RelabelConfig[],
  options: Partial<TranscoderOptions> = {},
): unknown {
  return push(body, { metricRelabelConfigs: rules, ...options });
}

/** A transcoder whose results are text, and what it says that rules took out of its pushes. */
function start(rules: readonly RelabelConfig[], options: Partial<TranscoderOptions> = {}) {
  const reported: RelabelDrops[] = [];
  const relabelDropped = (drops: RelabelDrops) => reported.push(drops);
  const transcoder = newTranscoder({ metricRelabelConfigs: rules, relabelDropped, ...options });
  const transcode = (body: string, format: 'text' | 'openMetrics' = 'text') => {
    const pushed = { chunks: [Buffer.from(body)], length: Buffer.byteLength(body), format };
    return transcoder.transcode(pushed, fixed(), RECEIVED_AT_MS).map(({ bytes, sampleCount }) => {
      const { series, metadata } = decodePush(Buffer.from(bytes));
      expect(series).toHaveLength(sampleCount);
      return [
        ...series.map(({ labels }) => labels.map((pair) => pair.join('=')).join(' ')),
        ...metadata.map(({ family }) => family),
      ];
    });
  };
  return { transcode, reported };
}

test('two series that become one refuse the push, unless their own timestamps rise', () => {
  const message =
    'Cannot relabel push: expected metricRelabelConfigs to keep its series distinct, found m{job="test"} a second time, made from m{i="2",job="test"}';
  expect(() => relabeled('m{i="1"} 1\nm{i="2"} 2\n', [MERGE])).toThrow(message);
  expect(() => relabeled('m{i="1"} 1 2000\nm{i="2"} 2 2000\n', [MERGE])).toThrow(message);
  expect(relabeled('m{i="1"} 1 2000\nm{i="2"} 2 2001\n', [MERGE])).toEqual([
    ['__name__=m job=test', 1, 2000],
    ['__name__=m job=test', 2, 2001],
  ]);
});

test('a series that a rule makes too large refuses the push', () => {
  const large = relabelRule({ targetLabel: 'x', replacement: 'y'.repeat(300) });
  expect(relabeled('m 1\n', [large], { maxSeriesBytes: 250 })).toMatch(
    /^Cannot forward series m\{job="test",x="y+… after relabeling: expected at most 250 bytes, found 3\d\d$/,
  );
});

test('rules see all labels of a series, those of the path and of a histogram too', () => {
  const toTeam = relabelRule({
    sourceLabels: ['job', 'le'],
    regex: 'test;(.+)',
    targetLabel: 'team',
    replacement: 'a-$1',
  });
  const body = '# TYPE h histogram\nh_bucket{le="1.0"} 1\nh_sum 1\nh_count 1\n';
  expect(relabeled(body, [toTeam])).toEqual([
    ['__name__=h_bucket job=test le=1 team=a-1', 1],
    ['__name__=h_sum job=test', 1],
    ['__name__=h_count job=test', 1],
    ['__name__=h_bucket job=test le=+Inf team=a-+Inf', 1],
  ]);
});

test('a push that comes again is relabeled as it was the first time, and each time its drops are reported once', () => {
  const profile = { exemplars: true, nativeHistograms: true, classicHistograms: false };
  const { transcode, reported } = start([DROP_A, MERGE], {
    profiles: [profile, { ...profile, exemplars: false }],
  });
  const expected = ['__name__=b job=test', '__name__=c job=test'];
  for (let round = 0; round < 3; round++) {
    expect(transcode(`a ${round}\nb{i="1"} ${round}\nc 5\n`)).toEqual([expected, expected]);
  }
  expect(transcode('a 1\nb 1 # {t="x"} 1\n# EOF\n', 'openMetrics')).toEqual([[expected[0]], [expected[0]]]);
  expect(reported).toEqual(Array(4).fill({ rule: 1, noName: 0, duplicate: 0, tooLarge: 0 }));
});

test('each backend keeps its own form of a push, relabeled', () => {
  const profile = { exemplars: true, nativeHistograms: true, classicHistograms: false };
  const profiles = [profile, { ...profile, exemplars: false }];
  const transcoder = newTranscoder({ metricRelabelConfigs: [MERGE], profiles });
  const body = Buffer.from('# TYPE b counter\nb_total{i="1"} 1 # {t="x"} 1\n# EOF\n');
  const pushed = { chunks: [body], length: body.length, format: 'openMetrics' } as const;
  const [all, plain] = transcoder
    .transcode(pushed, fixed(), RECEIVED_AT_MS)
    .map(({ bytes }) => decodePush(Buffer.from(bytes)).series);
  const labels = [
    ['__name__', 'b_total'],
    ['job', 'test'],
  ];
  expect(all).toMatchObject([{ labels, exemplars: [{ labels: [['t', 'x']] }] }]);
  expect(plain).toMatchObject([{ labels }]);
  expect(plain![0]).not.toHaveProperty('exemplars');
});

test('nothing is sent of a push that the rules drop completely, and its metadata waits for the next', () => {
  const { transcode } = start([DROP_A], { metadataIntervalMs: 60_000 });
  expect(transcode('# TYPE a gauge\na 1\n')).toEqual([[]]);
  expect(transcode('# TYPE a gauge\na 1\nb 1\n')).toEqual([['__name__=b job=test', 'a']]);
});
