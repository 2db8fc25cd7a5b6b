// Encodes a push and compares what the published message definition reads from it with the model.
import { expect } from 'vitest';
import {
  decodeSeries,
  type EncoderUnderTest,
  expectedLabels,
  type Pairs,
  type TestSeries,
} from './label-registers.ts';

export function expectModel(
  under: EncoderUnderTest,
  all: readonly TestSeries[],
  grouping: Pairs,
  defaults: Readonly<Record<string, string>> = {},
): void {
  const found = decodeSeries(under.encode(all, under.fixed(grouping, defaults)));
  const expected = all.map((series) => ({
    labels: expectedLabels(series, grouping, defaults),
    samples: [{ value: series.value ?? 1, timestampMs: series.timestampMs ?? 1000 }],
  }));
  expect(found).toEqual(expected);
}
