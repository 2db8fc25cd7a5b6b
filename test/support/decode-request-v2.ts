// Decodes the body of a remote write 2.0 request strictly and gives it the form of a decoded 1.0 request, with what only
// 2.0 has besides it: an unknown or reserved field, a reference past the symbols or an odd number of them is an error.
import { uncompress } from 'snappyjs';
import {
  type DecodedExemplar,
  toDecodedHistogram,
  type WireExemplar,
  type WireHistogram,
} from './decode-histogram.ts';
import { type DecodedRequest, type DecodedSeries, refuseUnknownFields } from './decode-write-request.ts';
import { REQUEST_V2 } from './request-v2-type.ts';

export interface DecodedSeriesV2 extends DecodedSeries {
  /** Undefined if the series has no metadata field at all. */
  readonly metadata:
    | { readonly type: number; readonly help: string; readonly unit: string; readonly helpRef: number }
    | undefined;
  /** For each sample or histogram; 0 if it is not written. */
  readonly startsMs: readonly number[];
}

export interface DecodedRequestV2 extends DecodedRequest {
  readonly series: readonly DecodedSeriesV2[];
  readonly symbols: readonly string[];
}

type WireInteger = number | { toString(): string };

interface WireSeries {
  labels_refs: number[];
  samples: { value: number; timestamp: WireInteger; start_timestamp: WireInteger }[];
  histograms: (WireHistogram & { start_timestamp: WireInteger })[];
  exemplars: (Omit<WireExemplar, 'labels'> & { labels_refs: number[] })[];
  metadata: { type: number; help_ref: number; unit_ref: number } | null;
}

interface WireRequest {
  symbols: string[];
  timeseries: WireSeries[];
}

const MAX_BYTES = 64 * 1024 * 1024;

/** Throws if the body is not a snappy block that holds exactly a sound `io.prometheus.write.v2.Request`. */
export function decodeRequestV2(body: Uint8Array): DecodedRequestV2 {
  return decodeMessageV2(uncompress(new Uint8Array(body), MAX_BYTES));
}

/** As `decodeRequestV2`, of a message that is not compressed. */
export function decodeMessageV2(bytes: Uint8Array): DecodedRequestV2 {
  refuseUnknownFields(REQUEST_V2, bytes);
  const { symbols, timeseries } = REQUEST_V2.decode(bytes) as unknown as WireRequest;
  checkSymbols(symbols, timeseries);
  return { series: timeseries.map((series) => toSeries(series, symbols)), symbols, metadata: [] };
}

function toSeries(series: WireSeries, symbols: readonly string[]): DecodedSeriesV2 {
  const { labels_refs, samples, histograms, exemplars, metadata } = series;
  const text = (ref: number) => symbols[ref]!;
  return {
    labels: toPairs(labels_refs, symbols),
    samples: samples.map(({ value, timestamp }) => ({ value, timestampMs: Number(timestamp) })),
    ...(histograms.length > 0 && { histograms: histograms.map(toDecodedHistogram) }),
    ...(exemplars.length > 0 && { exemplars: exemplars.map((one) => toExemplar(one, symbols)) }),
    metadata: metadata
      ? {
          type: metadata.type,
          help: text(metadata.help_ref),
          unit: text(metadata.unit_ref),
          helpRef: metadata.help_ref,
        }
      : undefined,
    startsMs: [...samples, ...histograms].map(({ start_timestamp }) => Number(start_timestamp)),
  };
}

function toExemplar(
  { labels_refs, value, timestamp }: WireSeries['exemplars'][number],
  symbols: readonly string[],
): DecodedExemplar {
  return { labels: toPairs(labels_refs, symbols), value, timestampMs: Number(timestamp) };
}

function toPairs(refs: readonly number[], symbols: readonly string[]): [string, string][] {
  if (refs.length % 2 !== 0) throw new SyntaxError(`an odd number of references: ${refs}`);
  return Array.from({ length: refs.length / 2 }, (_, i) => [
    symbols[refs[2 * i]!]!,
    symbols[refs[2 * i + 1]!]!,
  ]);
}

/** The first is empty, none is there twice, all but the first are referenced, and no reference is past the last. */
function checkSymbols(symbols: readonly string[], timeseries: readonly WireSeries[]): void {
  if (symbols[0] !== '') throw new SyntaxError(`the first symbol is ${JSON.stringify(symbols[0])}`);
  if (new Set(symbols).size !== symbols.length) throw new SyntaxError('a symbol twice');
  const used = new Set(timeseries.flatMap(refsOf));
  for (const ref of used)
    if (ref >= symbols.length) throw new SyntaxError(`reference ${ref} past the symbols`);
  for (let i = 1; i < symbols.length; i++)
    if (!used.has(i)) throw new SyntaxError(`symbol ${JSON.stringify(symbols[i])} is not referenced`);
}

function refsOf({ labels_refs, exemplars, metadata }: WireSeries): number[] {
  const { help_ref = 0, unit_ref = 0 } = metadata ?? {};
  return [...labels_refs, ...exemplars.flatMap((one) => one.labels_refs), help_ref, unit_ref];
}
