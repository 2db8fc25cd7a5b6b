// One line for each case of the protobuf format's tables: what the body shows, the body, and the expected result.
import { expect, test } from 'vitest';
import { type ReadHistogram, type ReadOptions, type ReadSeries, readProtobuf } from './read-messages.ts';

export interface ProtobufCases {
  /** `body` is refused at this place with this problem. */
  refuses(what: string, body: Uint8Array, place: string, problem: string): void;
  /** `body` holds exactly these series, each as `seriesLine` writes it. */
  takes(what: string, body: Uint8Array, ...lines: readonly string[]): void;
}

export function protobufCases(options: ReadOptions = {}): ProtobufCases {
  return {
    refuses(what, body, place, problem) {
      test(`refuses ${what}`, () => {
        expect(readProtobuf(body, options)).toBe(`Cannot parse exposition ${place}: ${problem}`);
      });
    },
    takes(what, body, ...lines) {
      test(`takes ${what}`, () => {
        const read = readProtobuf(body, options);
        expect(typeof read === 'string' ? read : read.map(seriesLine)).toEqual(lines);
      });
    },
  };
}

/** `name{label="value"} value @timestamp`, and after ` # ` each exemplar. */
export function seriesLine({ metric, labels, value, timestampMs, exemplars = [] }: ReadSeries): string {
  const time = timestampMs === undefined ? '' : ` @${timestampMs}`;
  const shown = typeof value === 'number' ? String(value) : histogramText(value);
  const after = exemplars.map(
    (one) =>
      ` # {${pairs(one.labels)}} ${one.value}${Number.isNaN(one.timestampMs) ? '' : ` @${one.timestampMs}`}`,
  );
  return `${metric}{${pairs(labels)}} ${shown}${time}${after.join('')}`;
}

function pairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
}

/** Kind, schema, count, sum, zero bucket, then the spans and buckets of both sides. */
function histogramText(histogram: ReadHistogram): string {
  const { isFloat, isGauge, schema, count, sum, zeroThreshold, zeroCount, negative, positive } = histogram;
  const kind = `${isFloat ? 'float' : 'whole'}${isGauge ? ' gauge' : ''}`;
  const sides = [negative, positive].map(
    ({ spans, buckets }) =>
      `[${spans.map(([offset, length]) => `${offset}:${length}`).join(' ')}|${buckets.join(' ')}]`,
  );
  return `${kind} schema=${schema} count=${count} sum=${sum} zero=${zeroThreshold}:${zeroCount} ${sides.join(' ')}`;
}
