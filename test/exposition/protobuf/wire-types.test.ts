// Fields of MetricFamily messages with a wrong wire type: refused, although an unknown field is skipped.
import { describe } from 'vitest';
import { protobufCases } from './cases.ts';
import { delimit, doubleField, field, Type, varint, varintField } from './family-messages.ts';

const { refuses } = protobufCases();

const NAME = field(1, Buffer.from('m'));
const COUNTER = field(3, doubleField(1, 1));

describe('a field in a wire type of its own', () => {
  const inFamily = (...bytes: readonly Uint8Array[]) => delimit(Buffer.concat([NAME, ...bytes]));
  const inMetric = (...bytes: readonly Uint8Array[]) => inFamily(field(4, ...bytes));
  const metric = 'family "m", metric 1';
  const wrong = (
    what: string,
    body: Buffer,
    place: string,
    number: number,
    message: string,
    wanted: string,
    found: string,
  ) =>
    refuses(what, body, place, `expected field ${number} of ${message} as ${wanted}, found it as ${found}`);
  const [bytes, number, eight] = ['a length and bytes', 'a varint', '64 bits'];
  wrong(
    'a name that is a number',
    inFamily(varintField(1, 1)),
    'family "m"',
    1,
    'MetricFamily',
    bytes,
    number,
  );
  wrong(
    'a type that is bytes',
    inFamily(field(3, Buffer.from([1]))),
    'family "m"',
    3,
    'MetricFamily',
    number,
    bytes,
  );
  wrong(
    'a metric that is a group',
    inFamily(varint(4 * 8 + 3), varint(4 * 8 + 4)),
    'family "m"',
    4,
    'MetricFamily',
    bytes,
    'a group',
  );
  wrong('a label that is a number', inMetric(varintField(1, 1), COUNTER), metric, 1, 'Metric', bytes, number);
  wrong('a time that is a double', inMetric(doubleField(6, 1), COUNTER), metric, 6, 'Metric', number, eight);
  wrong(
    'a value of 32 bits',
    inMetric(field(3, varint(8 + 5), Buffer.alloc(4))),
    metric,
    1,
    'Counter',
    eight,
    '32 bits',
  );
  wrong(
    'a created time that is a number',
    inMetric(field(3, varintField(3, 1))),
    metric,
    3,
    'Counter',
    bytes,
    number,
  );
  wrong(
    'seconds that are a double',
    inMetric(field(3, field(3, doubleField(1, 1)))),
    metric,
    1,
    'Timestamp',
    number,
    eight,
  );
  wrong(
    'a label name that is a number',
    inMetric(field(1, varintField(1, 1)), COUNTER),
    metric,
    1,
    'LabelPair',
    bytes,
    number,
  );

  const typed = (type: number, ...content: readonly Uint8Array[]) =>
    delimit(Buffer.concat([NAME, varintField(3, type), field(4, ...content)]));
  wrong(
    'a whole number as gauge',
    typed(Type.gauge, field(2, varintField(1, 1))),
    metric,
    1,
    'Gauge',
    eight,
    number,
  );
  wrong(
    'a whole number as untyped value',
    typed(Type.untyped, field(5, varintField(1, 1))),
    metric,
    1,
    'Untyped',
    eight,
    number,
  );
  wrong(
    'a count that is a double',
    typed(Type.summary, field(4, doubleField(1, 1))),
    metric,
    1,
    'Summary',
    number,
    eight,
  );
  wrong(
    'a quantile that is a number',
    typed(Type.summary, field(4, field(3, varintField(1, 1)))),
    metric,
    1,
    'Quantile',
    eight,
    number,
  );
  wrong(
    'a bucket that is a number',
    typed(Type.histogram, field(7, varintField(3, 1))),
    metric,
    3,
    'Histogram',
    bytes,
    number,
  );
  wrong(
    'a bound that is a number',
    typed(Type.histogram, field(7, field(3, varintField(2, 1)))),
    metric,
    2,
    'Bucket',
    eight,
    number,
  );
  wrong(
    'a delta that is a double',
    typed(Type.histogram, field(7, doubleField(10, 1))),
    metric,
    10,
    'Histogram',
    number,
    eight,
  );
  wrong(
    'a span length that is a double',
    typed(Type.histogram, field(7, field(9, doubleField(2, 1)))),
    metric,
    2,
    'BucketSpan',
    number,
    eight,
  );
  wrong(
    'an exemplar value that is a number',
    inMetric(field(3, field(2, varintField(2, 1)))),
    metric,
    2,
    'Exemplar',
    eight,
    number,
  );
});
