// Names of metrics and labels in MetricFamily messages: the rules are those of text.
import { describe } from 'vitest';
import { protobufCases } from './cases.ts';
import { delimit, doubleField, field, labelPairs, oneMetric, Type } from './family-messages.ts';

const { refuses, takes } = protobufCases();

const text = (value: string) => Buffer.from(value, 'latin1');
const NAME = field(1, text('m'));
const COUNTER = field(3, doubleField(1, 1));
const METRIC = field(4, COUNTER);

/** A family of a counter with these labels. */
const labelled = (...pairs: readonly (readonly [name: string, value: string])[]) =>
  oneMetric('m', Type.counter, {
    label: pairs.map(([name, value]) => ({ name, value })),
    counter: { value: 1 },
  });

describe('names', () => {
  const hint = ' (other characters need utf8Names: true)';
  refuses('a family without a name', delimit(METRIC), 'family 1', `expected a metric name, found ""${hint}`);
  refuses(
    'an empty name',
    oneMetric('', Type.gauge, { gauge: {} }),
    'family ""',
    `expected a metric name, found ""${hint}`,
  );
  for (const name of ['1m', 'm-n', 'm n', 'é', 'm\n'])
    refuses(
      `${JSON.stringify(name)} as name`,
      oneMetric(name, Type.gauge, { gauge: {} }),
      `family ${JSON.stringify(name)}`,
      `expected a metric name, found ${JSON.stringify(name)}${hint}`,
    );
  refuses(
    'a name that is not UTF-8',
    delimit(Buffer.concat([field(1, text('m\xff')), METRIC])),
    'family "m\ufffd"',
    'expected a metric name in UTF-8, found "m\ufffd"',
  );
  const metric = 'family "m", metric 1';
  for (const name of ['', '1a', 'a-b', 'a:b', 'é'])
    refuses(
      `${JSON.stringify(name)} as label name`,
      labelled([name, 'x']),
      metric,
      `expected a label name, found ${JSON.stringify(name)}${hint}`,
    );
  for (const name of ['__', '__name__', '__a'])
    refuses(
      `${name} as label name`,
      labelled([name, 'x']),
      metric,
      `expected a label name that does not begin with "__", found "${name}"`,
    );
  refuses(
    'a label without a name',
    oneMetric('m', 0, { label: [{ value: 'x' }], counter: {} }),
    metric,
    `expected a label name, found ""${hint}`,
  );
  refuses(
    'a label name twice',
    labelled(['a', 'x'], ['b', 'y'], ['a', 'x']),
    metric,
    'expected each label name once, found "a" twice',
  );
  refuses(
    'an absent label twice',
    labelled(['a', ''], ['a', '']),
    metric,
    'expected each label name once, found "a" twice',
  );
  refuses(
    'a label value that is not UTF-8',
    delimit(Buffer.concat([NAME, field(4, field(1, field(1, text('a')), field(2, text('x\xff'))), COUNTER)])),
    metric,
    'expected a label value in UTF-8, found "x\ufffd"',
  );
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'x']));
  refuses(
    '1001 labels',
    labelled(...Object.entries(many(1001))),
    metric,
    'expected at most 1000 labels, found more',
  );
  refuses(
    '1000 labels and that of a bucket',
    oneMetric('m', Type.histogram, { label: labelPairs(many(1000)), histogram: {} }),
    metric,
    'expected at most 1000 labels, found more',
  );
  refuses(
    'le on a histogram',
    oneMetric('m', Type.histogram, { label: labelPairs({ le: '1' }), histogram: {} }),
    metric,
    'expected no label "le" in a metric of a histogram, found one',
  );
  refuses(
    'le on a gauge histogram',
    oneMetric('m', Type.gaugeHistogram, { label: labelPairs({ a: '', le: '' }), histogram: {} }),
    metric,
    'expected no label "le" in a metric of a histogram, found one',
  );
  refuses(
    'quantile on a summary',
    oneMetric('m', Type.summary, { label: labelPairs({ quantile: '1' }), summary: {} }),
    metric,
    'expected no label "quantile" in a metric of a summary, found one',
  );
  takes(
    'le on a summary',
    oneMetric('m', Type.summary, { label: labelPairs({ le: '1' }), summary: {} }),
    'm_sum{le="1"} 0',
    'm_count{le="1"} 0',
  );
  takes(
    'quantile on a histogram',
    oneMetric('m', Type.histogram, { label: labelPairs({ quantile: '1' }), histogram: {} }),
    'm_bucket{le="+Inf",quantile="1"} 0',
    'm_sum{quantile="1"} 0',
    'm_count{quantile="1"} 0',
  );
  takes(
    'le on a gauge',
    oneMetric('m', Type.gauge, { label: labelPairs({ le: '1' }), gauge: {} }),
    'm{le="1"} 0',
  );
});

describe('with UTF-8 names', () => {
  const utf8 = protobufCases({ utf8Names: true });
  utf8.takes(
    'any name',
    oneMetric('é m', Type.gauge, { label: labelPairs({ 'a.b': 'x', '😀': 'y', '1': 'z' }), gauge: {} }),
    'é m{1="z",a.b="x",😀="y"} 0',
  );
  utf8.takes(
    'the parts of any name',
    oneMetric('é', Type.summary, { label: labelPairs({ 'a-b': 'x' }), summary: {} }),
    'é_sum{a-b="x"} 0',
    'é_count{a-b="x"} 0',
  );
  utf8.refuses(
    'an empty name',
    oneMetric('', Type.gauge, { gauge: {} }),
    'family ""',
    'expected a metric name, found ""',
  );
  utf8.refuses(
    'an empty label name',
    labelled(['', 'x']),
    'family "m", metric 1',
    'expected a label name, found ""',
  );
  utf8.refuses(
    '__ before a label name',
    labelled(['__é', 'x']),
    'family "m", metric 1',
    'expected a label name that does not begin with "__", found "__é"',
  );
  utf8.refuses(
    'a label name that is not UTF-8',
    delimit(Buffer.concat([NAME, field(4, field(1, field(1, text('a\xff')), field(2, text('x'))), COUNTER)])),
    'family "m", metric 1',
    'expected a label name in UTF-8, found "a\ufffd"',
  );
});
