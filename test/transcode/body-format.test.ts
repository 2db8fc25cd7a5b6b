// Which format the headers of a push declare.
import { expect, test } from 'vitest';
import { type BodyFormat, formatOf } from '../../src/transcode/body-format.ts';

const PROTO = 'application/vnd.google.protobuf';
const MESSAGE = 'io.prometheus.client.MetricFamily';

function declares(contentType: string | undefined, format: BodyFormat, userAgent?: string): void {
  test(`${contentType ?? 'no content type'}${userAgent ? ` from ${userAgent}` : ''}: ${format}`, () => {
    expect(formatOf(contentType, userAgent)).toBe(format);
  });
}

declares(undefined, 'undeclared');
for (const type of [
  '',
  'text/plain',
  'text/plain; version=0.0.4; charset=utf-8',
  'application/x-www-form-urlencoded',
  'application/json',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'application/x-protobuf',
  PROTO,
  `${PROTO}; proto=${MESSAGE}`,
  `${PROTO}; encoding=delimited`,
  `${PROTO}; proto=${MESSAGE}; encoding=text`,
  `${PROTO}; proto=${MESSAGE}; encoding=compact-text`,
  `${PROTO}; proto=${MESSAGE}; encoding=Delimited`,
  `${PROTO}; proto=io.prometheus.client.metricfamily; encoding=delimited`,
  `${PROTO}; proto=${MESSAGE}; encoding=delimited; encoding=delimited`,
  `${PROTO}; proto=${MESSAGE}; encoding=delimited, text/plain`,
  `${PROTO} proto=${MESSAGE}; encoding=delimited`,
  `${PROTO}; proto="${MESSAGE}; encoding=delimited`,
  'application/openmetrics-textual',
])
  declares(type, 'text');
for (const type of [
  `${PROTO}; proto=${MESSAGE}; encoding=delimited`,
  `${PROTO};proto=${MESSAGE};encoding=delimited`,
  `${PROTO}; encoding=delimited; proto=${MESSAGE}`,
  `  Application/VND.google.Protobuf ;  PROTO=${MESSAGE} ; Encoding="delimited" ;`,
  `${PROTO}; proto = "${MESSAGE}"; encoding= delimited; charset=utf-8; escaping=underscores`,
  `${PROTO}; proto=${MESSAGE}; encoding="de\\limited"`,
  `${PROTO};; proto=${MESSAGE}; encoding=delimited`,
])
  declares(type, 'protobuf');
for (const type of [
  'application/openmetrics-text',
  'application/openmetrics-text; version=1.0.0; charset=utf-8',
  'Application/OpenMetrics-Text;version=0.0.1',
]) {
  declares(type, 'openMetrics');
  declares(type, 'openMetrics', 'python-requests/2.31');
  declares(type, 'openMetrics', 'not Go-http-client/1.1');
  declares(type, 'openMetricsWithoutEof', 'Go-http-client/1.1');
}
declares('text/plain', 'text', 'Go-http-client/1.1');

test('a header is read in linear time, however long it is', () => {
  const blanks = ' '.repeat(1_000_000);
  for (const text of [`a/b;${blanks}x`, `a/b;${blanks}`, `${blanks}x`, `a/b; x="${'\\'.repeat(999_999)}`])
    expect(formatOf(text, undefined)).toBe('text');
});
