import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { loadProtoType } from '../../src/devbackend/proto-type.ts';
import { MalformedError } from '../../src/devbackend/snappy-block.ts';
import { decodeWriteRequest } from '../../src/devbackend/write-request-codec.ts';
import { encodeWriteRequest } from './encode-write-request.ts';

const MAX_BYTES = 1000;

function decodeHex(hex: string) {
  return decodeWriteRequest(compress(Buffer.from(hex.replaceAll(' ', ''), 'hex')), MAX_BYTES);
}

function refuses(hex: string, message: string): void {
  expect(() => decodeHex(hex)).toThrow(new MalformedError(message));
}

test('a body that is not the message is refused with the reason', () => {
  refuses('0a05', 'Cannot decode write request: expected protobuf, found index out of range');
  refuses(
    '0a06 0a04 0a02c328',
    'Cannot decode write request: expected protobuf, found The encoded data was not valid for encoding utf-8',
  );
});

test('fields that remote write 1.0 does not have are refused', () => {
  const expected = 'Cannot decode write request: expected the fields of remote write 1.0, found';
  refuses('22 00', `${expected} field 4 of wire type 2 in the request`);
  refuses('08 01', `${expected} field 1 of wire type 0 in the request`);
  refuses('0a02 2801', `${expected} field 5 of wire type 0 in a series`);
  refuses('0a04 0a02 1801', `${expected} field 3 of wire type 0 in a label`);
  refuses('0a04 1202 1801', `${expected} field 3 of wire type 0 in a sample`);
  refuses('1a02 1801', `${expected} field 3 of wire type 0 in metadata`);
});

test('a native histogram is refused, since this backend cannot keep one', () => {
  refuses('0a02 2200', 'Cannot decode write request: expected float samples, found a native histogram');
});

test('a body that decompresses to more than the limit is refused as a range error', () => {
  expect(() => decodeWriteRequest(compress(Buffer.alloc(MAX_BYTES + 1)), MAX_BYTES)).toThrow(RangeError);
});

test('the bytes of a message decode to labels and samples', () => {
  const request = decodeHex('0a1e 0a0e0a085f5f6e616d655f5f12027570 120c09000000000000f03f10e807');
  const labels = [{ name: '__name__', value: 'up' }];
  expect(request).toEqual({
    timeseries: [{ labels, samples: [{ value: 1, timestampMs: 1000 }] }],
    metadata: [],
  });
});

test('values keep their bits and timestamps their sign', () => {
  const values = [0, -0, 1, 5e-324, 1.7976931348623157e308, Number.NaN, Infinity, -Infinity, 0.1];
  const samples = values.map((value, i) => [value, i - 4] as const);
  const body = encodeWriteRequest([{ labels: [['__name__', 'x']], samples }]);
  const decoded = decodeWriteRequest(body, MAX_BYTES).timeseries[0]!.samples;
  expect(decoded.map(({ value }) => value)).toEqual(values);
  expect(decoded.map(({ timestampMs }) => timestampMs)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
});

test('metadata carries the type in the words of the exposition format', () => {
  const body = encodeWriteRequest(
    [],
    [
      { name: 'a', type: 5, help: 'Über' },
      { name: 'b', type: 0, help: '' },
    ],
  );
  expect(decodeWriteRequest(body, MAX_BYTES)).toEqual({
    timeseries: [],
    metadata: [
      { metricFamilyName: 'a', type: 'summary', help: 'Über', unit: '' },
      { metricFamilyName: 'b', type: 'unknown', help: '', unit: '' },
    ],
  });
});

test('an empty body is a request without series', () => {
  expect(decodeHex('')).toEqual({ timeseries: [], metadata: [] });
});

test('the client model is there for whoever needs it', () => {
  const family = loadProtoType(['io/prometheus/client/metrics.proto'], 'io.prometheus.client.MetricFamily');
  const bytes = family.encode({ name: 'up', type: 1, metric: [{ gauge: { value: 1 } }] }).finish();
  expect(Buffer.from(bytes).toString('hex')).toBe('0a0275701801220b120909000000000000f03f');
});
