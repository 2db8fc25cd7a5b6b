// `pushTimeMetrics`: the time of each push as a series of its own.
import { expect, test } from 'vitest';
import { decodePush, fixed, newTranscoder, RECEIVED_AT_MS, transcodeBody } from './transcode-body.ts';

const SECONDS = RECEIVED_AT_MS / 1000;

function pushTimes(body: string, options: Parameters<typeof newTranscoder>[0] = {}, times = 1) {
  const transcoder = newTranscoder({ pushTimeMetrics: true, ...options });
  let encoded: Buffer | string = '';
  for (let i = 0; i < times; i++) {
    encoded = transcodeBody(transcoder, body, fixed({ job: 'test', instance: 'i1' }));
    transcoder.confirm(RECEIVED_AT_MS);
  }
  if (typeof encoded === 'string') throw new Error(encoded);
  const { series, metadata } = decodePush(encoded);
  const named = series.filter(({ labels }) => new Map(labels).get('__name__') === 'push_time_seconds');
  return { series, metadata, named };
}

test('is left out unless it is asked for', () => {
  expect(pushTimes('m 1\n', { pushTimeMetrics: false }).named).toEqual([]);
});

for (const [what, body, count] of [
  ['an empty push', '', 1],
  ['a push', 'm 1\nn 2\n', 3],
  ['a push with a timestamp', 'm 1 5\n', 2],
  ['a push that has it already, in any form', 'push_time_seconds 5\npush_time_seconds{a="b"} 6\nm 1\n', 2],
  ['a push that declares it otherwise', '# TYPE push_time_seconds counter\npush_time_seconds 5\n', 1],
] as const) {
  test(`${what} gets it once, with the labels of the group`, () => {
    const { named, series } = pushTimes(body);
    expect(named).toEqual([
      {
        labels: [
          ['__name__', 'push_time_seconds'],
          ['instance', 'i1'],
          ['job', 'test'],
        ],
        samples: [{ value: SECONDS, timestampMs: RECEIVED_AT_MS }],
      },
    ]);
    expect(series).toHaveLength(count);
  });
}

test('a body that comes again gets it again', () => {
  expect(pushTimes('m 1\n', {}, 3).named).toHaveLength(1);
});

test('its metadata says gauge', () => {
  const { metadata } = pushTimes('m 1\n', { metadataIntervalMs: 60_000 });
  expect(metadata).toEqual([
    { type: 2, family: 'push_time_seconds', help: 'Unix time of the last push of this group.', unit: '' },
  ]);
});
