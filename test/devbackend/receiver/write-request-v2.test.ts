// The development backend takes remote write 2.0, and refuses what is unsound about it.
import { compress } from 'snappyjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevBackend, startDevBackend } from '../../../src/devbackend/dev-backend.ts';
import { REQUEST_V2 } from '../../support/request-v2-type.ts';
import { type Asked, ask } from '../ask.ts';

const NOW_MS = Date.now();
const TYPE = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';

let backend: DevBackend;
beforeAll(async () => {
  backend = await startDevBackend({ queryPort: 0, nowMs: () => NOW_MS });
});
afterAll(() => backend.stop());

function write(message: object | Uint8Array, type = TYPE): Promise<Asked> {
  const bytes =
    message instanceof Uint8Array ? message : REQUEST_V2.encode(REQUEST_V2.fromObject(message)).finish();
  const headers = { 'content-encoding': 'snappy', 'content-type': type };
  return ask(backend.writeUrl, { method: 'POST', headers, body: compress(bytes), ca: backend.caPem });
}

function written({ headers }: Asked): unknown[] {
  return ['samples', 'histograms', 'exemplars'].map(
    (kind) => headers[`x-prometheus-remote-write-${kind}-written`],
  );
}

async function refuses(message: object | Uint8Array, line: string): Promise<void> {
  const answer = await write(message);
  expect([answer.status, answer.body, written(answer)]).toEqual([400, `${line}\n`, ['0', '0', '0']]);
}

const sample = (value = 1) => ({ value, timestamp: NOW_MS });

test('what is unsound is refused, and said to be not written', async () => {
  const expected = 'Cannot decode write request: expected';
  const series = { labels_refs: [1, 2], samples: [sample()] };
  await refuses(
    { symbols: ['__name__', 'm'], timeseries: [series] },
    `${expected} the empty text as the first symbol, found "__name__"`,
  );
  await refuses({ timeseries: [] }, `${expected} the empty text as the first symbol, found null`);
  const symbols = ['', '__name__', 'm'];
  await refuses(
    { symbols, timeseries: [{ ...series, labels_refs: [1, 3] }] },
    `${expected} a reference to one of 3 symbols, found 3`,
  );
  await refuses(
    { symbols, timeseries: [{ ...series, labels_refs: [1] }] },
    `${expected} an even number of references to symbols, found 1`,
  );
  await refuses(
    { symbols, timeseries: [{ ...series, metadata: { help_ref: 9 } }] },
    `${expected} a reference to one of 3 symbols, found 9`,
  );
  await refuses(
    { symbols, timeseries: [{ ...series, samples: [{ ...sample(), start_timestamp: NOW_MS + 1 }] }] },
    `${expected} a start timestamp up to that of its sample, ${NOW_MS}, found ${NOW_MS + 1}`,
  );
  await refuses(
    Buffer.from('0801', 'hex'),
    `${expected} the fields of remote write 2.0, found field 1 of wire type 0 in the request`,
  );
  await refuses(
    { symbols, timeseries: [{ labels_refs: [1, 2] }] },
    'Cannot store series {"__name__"="m"}: expected a sample or native histogram, found none',
  );
});

test('a space in front of the parameter is refused: real receivers read such a body as 1.0', async () => {
  const answer = await write({ symbols: [''] }, TYPE.replace(';', '; '));
  expect([answer.status, answer.body]).toEqual([
    415,
    `Cannot read write request: expected content type application/x-protobuf, found "${TYPE.replace(';', '; ')}"\n`,
  ]);
});

test('samples, histograms and exemplars are stored and counted, and metadata goes to the family', async () => {
  const histogram = { count_int: 1, zero_count_int: 1, sum: 1, zero_threshold: 0.001, timestamp: NOW_MS };
  const symbols = ['', '__name__', 'v2_count', 'A histogram', 'trace_id', 'abc', 'v2_native'];
  const metadata = { type: 3, help_ref: 3 };
  const exemplars = [{ labels_refs: [4, 5], value: 1, timestamp: NOW_MS }];
  const answer = await write({
    symbols,
    timeseries: [
      { labels_refs: [1, 2], samples: [{ ...sample(42), start_timestamp: NOW_MS - 5 }], exemplars, metadata },
      { labels_refs: [1, 6], histograms: [histogram], metadata: {} },
    ],
  });
  expect([answer.status, answer.body, written(answer)]).toEqual([204, '', ['1', '1', '1']]);
  const queried = async (path: string) => JSON.parse((await ask(`${backend.queryUrl}${path}`)).body).data;
  expect((await queried('/api/v1/query?query=v2_count')).result[0].value[1]).toBe('42');
  expect(await queried('/api/v1/metadata?metric=v2')).toEqual({
    v2: [{ type: 'histogram', help: 'A histogram', unit: '' }],
  });
});
