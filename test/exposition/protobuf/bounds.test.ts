// How the bounds of buckets are written, and what a parser keeps from one body to the next and from metric to metric.
import { describe, expect, test } from 'vitest';
import { bodyOf, labelPairs, oneMetric, Type } from './family-messages.ts';
import { ProtobufBench, readProtobuf } from './read-messages.ts';

describe('the style of bounds', () => {
  const bounds = [1, 0.1, 1e6, 1e-5, 0, -0, -1, 123456, 1234567.5, -1.7976931348623157e308, -Infinity];
  const body = oneMetric('h', Type.histogram, {
    histogram: { bucket: bounds.map((upper_bound) => ({ upper_bound })) },
  });
  const renders = (style: 'canonical' | 'openmetrics' | 'verbatim', ...texts: readonly string[]) => {
    test(`is ${style}`, () => {
      const read = readProtobuf(body, { bucketLabels: style });
      const labels =
        typeof read === 'string' ? read : read.slice(0, bounds.length).map(({ labels }) => labels.le);
      expect(labels).toEqual(texts);
    });
  };
  const canonical = ['1', '0.1', '1e+06', '1e-05', '0', '0', '-1', '123456', '1.2345675e+06'];
  const last = ['-1.7976931348623157e+308', '-Inf'];
  renders('canonical', ...canonical, ...last);
  renders('verbatim', ...canonical, ...last);
  renders(
    'openmetrics',
    ...['1.0', '0.1', '1e+06', '1e-05', '0.0', '0.0', '-1.0', '123456.0', '1.2345675e+06'],
    ...last,
  );
});

describe('one parser for many bodies', () => {
  test('gives the same series every time, also after a body that was refused', () => {
    const bench = new ProtobufBench();
    const bodies = ['a', 'b'].map((value) =>
      oneMetric('h', Type.histogram, {
        label: labelPairs({ [value]: value }),
        histogram: { bucket: [{ upper_bound: 1 }, { upper_bound: 2 }] },
      }),
    );
    const expected = bodies.map((body) => readProtobuf(body));
    const cut = bodies[0]!.subarray(0, -1);
    for (let i = 0; i < 20; i++) {
      expect(typeof bench.read(cut)).toBe('string');
      expect(bodies.map((body) => bench.read(body))).toEqual(expected);
    }
  });

  test('keeps a bound and a repeated label value in place, so that the encoder recognises them', () => {
    const { arena, parser } = new ProtobufBench();
    const metric = { label: labelPairs({ a: 'x' }), histogram: { bucket: [{ upper_bound: 2.5 }] } };
    const body = bodyOf({ name: 'h', type: Type.histogram, metric: [metric, metric] });
    arena.load([body], body.length, 4 * body.length + 1024);
    parser.start();
    const starts: number[][] = [];
    while (parser.next()) starts.push([...parser.labels.valueStart.subarray(0, parser.labels.count)]);
    expect(starts.slice(4)).toEqual(starts.slice(0, 4));
  });
});
