// The same bytes mean what the headers say, even if they came before in another format.
import { expect, test } from 'vitest';
import type { BodyFormat } from '../../src/transcode/body-format.ts';
import { decodePush, fixed, newTranscoder, RECEIVED_AT_MS, transcodeBody } from './transcode-body.ts';

function reader(options: Parameters<typeof newTranscoder>[0] = {}) {
  const transcoder = newTranscoder({ metadataIntervalMs: 1, ...options });
  return (body: string, format: BodyFormat) => {
    const encoded = transcodeBody(transcoder, body, fixed(), RECEIVED_AT_MS, format);
    return typeof encoded === 'string' ? encoded : decodePush(encoded);
  };
}

function timestamps(found: ReturnType<ReturnType<typeof reader>>): unknown {
  return typeof found === 'string' ? found : found.series.map(({ samples }) => samples[0]?.timestampMs);
}

test('a timestamp is milliseconds in text and seconds in OpenMetrics, in any order of the two', () => {
  const read = reader();
  const body = 'm 1 1700000000\n# EOF\n';
  for (let i = 0; i < 3; i++) {
    expect(timestamps(read(body, 'text'))).toEqual([1_700_000_000]);
    expect(timestamps(read(body, 'openMetrics'))).toEqual([1_700_000_000_000]);
    expect(timestamps(read(body, 'undeclared'))).toEqual([1_700_000_000_000]);
    expect(timestamps(read('m 1 1700000000\n', 'undeclared'))).toEqual([1_700_000_000]);
  }
});

test('without a content type and with # EOF, timestamps that cannot be seconds are milliseconds', () => {
  const read = reader();
  expect(timestamps(read('m 1 1700000000123\n# EOF\n', 'undeclared'))).toEqual([1_700_000_000_123]);
});

test('a timestamp in a wrong unit is refused: a backend that took it would take nothing after it', () => {
  const read = reader();
  const refusal = (found: string) =>
    `Cannot parse exposition line 1: expected a timestamp not more than 100 years ahead, found ${found} ms (text has milliseconds, OpenMetrics seconds)`;
  expect(read('m 1 1700000000123\n# EOF\n', 'openMetrics')).toBe(refusal('1700000000123000'));
  expect(read('m 1 1700000000123000\n', 'text')).toBe(refusal('1700000000123000'));
  expect(timestamps(read('m 1 4600000000000\n', 'text'))).toEqual([4_600_000_000_000]);
  expect(read('m 1 1700000000123000\n', 'undeclared')).toBe(refusal('1700000000123000'));
  const ignoring = reader({ timestamps: 'ignore' });
  expect(timestamps(ignoring('m 1 1700000000123000\n', 'text'))).toEqual([RECEIVED_AT_MS]);
});

test('a body that OpenMetrics refuses is refused even after it was taken as text', () => {
  const read = reader();
  const body = 'm  1\n# EOF\n';
  for (let i = 0; i < 3; i++) {
    expect(read(body, 'text')).toBeTypeOf('object');
    expect(read(body, 'openMetrics')).toMatch(/^Cannot parse exposition line 1: /);
  }
});

test('without a content type a body that is not OpenMetrics is text, whatever its last line', () => {
  const read = reader();
  const found = read('m{a="b",}  1\n\n# a comment\n# EOF\n', 'undeclared');
  expect(found).toMatchObject({ series: [{ samples: [{ value: 1 }] }] });
  expect(read('m{a="b"  1\n# EOF\n', 'undeclared')).toMatch(/^Cannot parse exposition line 1: /);
});

test('without a content type and with # EOF, prom-client’s counter is a counter', () => {
  const body = '# HELP requests Requests.\n# TYPE requests counter\nrequests_total 3\n# EOF\n';
  expect(reader()(body, 'undeclared')).toMatchObject({
    metadata: [{ type: 1, family: 'requests', help: 'Requests.' }],
  });
});

test('# EOF is required, unless the client is known to leave it out', () => {
  const read = reader();
  for (let i = 0; i < 3; i++) {
    expect(read('m 1\n', 'openMetricsWithoutEof')).toMatchObject({ series: [{}] });
    expect(read('m 1\n# EOF\n', 'openMetricsWithoutEof')).toMatchObject({ series: [{}] });
    expect(read('m 1\n', 'openMetrics')).toMatch(/# EOF/);
  }
});

test('UNIT goes into the metadata', () => {
  const body = '# TYPE wait_seconds gauge\n# UNIT wait_seconds seconds\nwait_seconds 1\n# EOF\n';
  expect(reader()(body, 'openMetrics')).toMatchObject({
    metadata: [{ type: 2, family: 'wait_seconds', unit: 'seconds' }],
  });
});

test('lenient line endings hold for OpenMetrics as well', () => {
  const read = reader({ lineEndings: 'lenient' });
  for (const format of ['openMetrics', 'undeclared'] as const)
    expect(timestamps(read('m 1 5\r\n# EOF\r\n', format))).toEqual([5000]);
});

test('exemplars of text and OpenMetrics are sent with their sample; their timestamps in text are in seconds', () => {
  const line = 'm_total 3 # {trace_id="x"} 1 1700000000.5\n';
  const expected = { exemplars: [{ labels: [['trace_id', 'x']], value: 1, timestampMs: 1_700_000_000_500 }] };
  const read = reader();
  for (let i = 0; i < 2; i++) {
    expect(read(line, 'text')).toMatchObject({ series: [expected] });
    expect(read(`${line}# EOF\n`, 'openMetrics')).toMatchObject({ series: [expected] });
  }
});
