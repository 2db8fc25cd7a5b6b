// What a request to the backend looks like, and what it says about values.
import { uncompress } from 'snappyjs';
import { expect, test } from 'vitest';
import type { DecodedSample } from '../support/decode-write-request.ts';
import { roadConfig } from '../support/road-config.ts';
import { startRoad } from '../support/road-setup.ts';
import { startCollector } from '../support/running-collector.ts';
import type { RecordedRequest } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

const valuesOf = ({ headers }: RecordedRequest, wanted: string) =>
  headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

test('request line and headers are those of remote write 1.0', async () => {
  const { receiver, pushed, delivered } = await startRoad({ urlTarget: '/a/b%20c?x=1&y=' });
  await pushed('m 1\n');
  await delivered(1);
  const request = receiver.requests[0]!;
  expect(`${request.method} ${request.target}`).toBe('POST /a/b%20c?x=1&y=');
  expect(valuesOf(request, 'content-encoding')).toEqual(['snappy']);
  expect(valuesOf(request, 'content-type')).toEqual(['application/x-protobuf']);
  expect(valuesOf(request, 'x-prometheus-remote-write-version')).toEqual(['0.1.0']);
  expect(valuesOf(request, 'user-agent')).toEqual(['sluice/0.0.0-test']);
  expect(valuesOf(request, 'content-length')).toEqual([String(request.body.length)]);
  expect(valuesOf(request, 'transfer-encoding')).toEqual([]);
  expect(valuesOf(request, 'retry-attempt')).toEqual([]);
});

test('a body is a snappy block, whose header tells the true length, for labels of every size', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  const sizes = [1, 60, 61, 65_536, 200_000];
  const values = sizes.map((size) => 'x'.repeat(size - 1) + String(size % 10));
  for (const value of values) await pushed(`m{a="${value}"} 1\n`);
  expect(await delivered(sizes.length)).toEqual(
    values.map((value) => `m{a="${value}",instance="i1",job="test"} 1`),
  );
  for (const { body } of receiver.requests) {
    expect(body.subarray(0, 10).toString('hex')).not.toBe('ff060000734e61507059');
    expect(firstVarint(body)).toBe(uncompress(new Uint8Array(body)).length);
  }
});

test('a timestamp is the time of receipt in milliseconds, strictly increasing', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  const bounds: [number, number][] = [];
  for (let i = 0; i < 3; i++) {
    const before = Date.now();
    await pushed(`m ${i}\n`);
    bounds.push([before, Date.now()]);
    await waitUntil(() => Date.now() > bounds[i]![1], 'another millisecond');
  }
  await delivered(3);
  receiver.delivered.forEach(({ samples }, i) => {
    const [{ value, timestampMs }] = samples as [DecodedSample];
    expect(value).toBe(i);
    expect(Number.isInteger(timestampMs)).toBe(true);
    expect(timestampMs).toBeGreaterThanOrEqual(bounds[i]![0]);
    expect(timestampMs).toBeLessThanOrEqual(bounds[i]![1]);
  });
});

test('explicit timestamps arrive unchanged', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed('a 1 1700000000123\nb 2 0\nc 3 -1\n');
  await delivered(3);
  expect(receiver.delivered.map(({ samples }) => samples[0]!.timestampMs)).toEqual([
    1_700_000_000_123, 0, -1,
  ]);
});

test('every value arrives as the nearest double', async () => {
  const literals = [
    '123.45',
    '42',
    '0',
    '-15.5',
    '1.7976931348623157e+308',
    '2.2250738585072014e-308',
    '5e-324',
    '1.23e-4',
    '0.123456789012345',
    '9007199254740993',
    '0.1',
    '1e22',
  ];
  const { receiver, pushed, delivered } = await startRoad();
  await pushed(literals.map((literal, i) => `m{i="${i}"} ${literal}\n`).join(''));
  await delivered(literals.length);
  expect(receiver.deliveredValues.map(bits)).toEqual(literals.map((literal) => bits(Number(literal))));
});

test.each(['1e400', '-1e400', 'StaleNaN'])('a push of the value %s forwards nothing', async (literal) => {
  const { collector, pushed, delivered } = await startRoad();
  const answer = await collector.push(`ok 1\nm ${literal}\n`);
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(/^Cannot parse exposition line 2: expected .*\n$/);
  await pushed('after 1\n');
  expect(await delivered(1)).toEqual(['after{instance="i1",job="test"} 1']);
});

test('infinities and the sign of zero arrive, and every NaN is the ordinary one', async () => {
  const literals = ['+Inf', 'Inf', '-Inf', '-0', 'NaN', 'nan', 'NAN'];
  const { receiver, pushed, delivered } = await startRoad();
  await pushed(literals.map((literal, i) => `m{i="${i}"} ${literal}\n`).join(''));
  await delivered(literals.length);
  expect(receiver.deliveredValues).toEqual([Infinity, Infinity, -Infinity, -0, NaN, NaN, NaN]);
  const wire = Buffer.from(uncompress(new Uint8Array(receiver.requests[0]!.body))).toString('hex');
  expect(wire.split('09010000000000f87f').length - 1).toBe(3);
  expect(wire).not.toContain('020000000000f07f');
});

test.each([
  'content-encoding',
  'Content-Type',
  'USER-AGENT',
  'x-prometheus-remote-write-version',
  'host',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'accept-encoding',
  'proxy-authorization',
])('the reserved header %s keeps Sluice from starting', async (name) => {
  const backend = { url: 'http://127.0.0.1:9/', headers: { [name]: 'x' } };
  await expect(startCollector(roadConfig([backend]))).rejects.toThrow(
    `configuration: remoteWrite[0].headers.${name}: ` +
      `expected a header that Sluice leaves free, found reserved header "${name}"`,
  );
});

test('custom headers arrive once, on first attempts and on retries', async () => {
  const { receiver, pushed, delivered } = await startRoad({
    script: [{ status: 503 }, {}],
    backend: { headers: { 'X-Scope-OrgID': 't1', Foo: 'Bar' } },
  });
  await pushed('m 1\n');
  await delivered(1);
  expect(receiver.requests.length).toBe(2);
  for (const request of receiver.requests) {
    expect(valuesOf(request, 'x-scope-orgid')).toEqual(['t1']);
    expect(valuesOf(request, 'foo')).toEqual(['Bar']);
  }
});

function bits(value: number): string {
  return Buffer.from(new Float64Array([value]).buffer).toString('hex');
}

/** The little-endian base-128 number that a snappy block begins with. */
function firstVarint(body: Uint8Array): number {
  let value = 0;
  for (let at = 0; ; at++) {
    value += (body[at]! & 0x7f) * 2 ** (7 * at);
    if (body[at]! < 0x80) return value;
  }
}
