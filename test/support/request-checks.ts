// What must hold for every request that ever reaches a receiver, whatever the test is about.
import { type DecodedRequest, type DecodedSeries, seriesKey } from './decode-write-request.ts';

export class RequestChecks {
  readonly violations: string[] = [];
  readonly #newestDelivered = new Map<string, number>();
  readonly #allowsRepeats: boolean;

  /** `allowsRepeats`: what was taken may come again if its answer was lost. */
  constructor(allowsRepeats = false) {
    this.#allowsRepeats = allowsRepeats;
  }

  /** Labels and order inside one request. */
  check(request: DecodedRequest): void {
    if (request.series.length === 0) this.violations.push('a request without series');
    const newest = new Map<string, number>();
    for (const series of request.series) {
      this.#checkLabels(series);
      this.#checkKind(series);
      this.#checkOrder(series, newest, (next, last) => next >= last);
    }
  }

  /** Order across the requests that were answered with success. */
  delivered(request: DecodedRequest): void {
    for (const series of request.series)
      this.#checkOrder(
        series,
        this.#newestDelivered,
        (next, last) => next > last || (this.#allowsRepeats && next === last),
      );
  }

  #checkLabels(series: DecodedSeries): void {
    const names = series.labels.map(([name]) => Buffer.from(name));
    const isSorted = names.every((name, i) => i === 0 || Buffer.compare(names[i - 1]!, name) < 0);
    if (!isSorted) this.violations.push(`labels not strictly increasing: ${seriesKey(series)}`);
    if (series.labels.some(([name, value]) => name === '' || value === '')) {
      this.violations.push(`an empty name or value: ${seriesKey(series)}`);
    }
    if (!series.labels.some(([name]) => name === '__name__'))
      this.violations.push(`no name: ${seriesKey(series)}`);
  }

  #checkKind(series: DecodedSeries): void {
    const hasSamples = series.samples.length > 0;
    const hasHistograms = (series.histograms ?? []).length > 0;
    if (hasSamples === hasHistograms)
      this.violations.push(`not either samples or histograms: ${seriesKey(series)}`);
  }

  #checkOrder(
    series: DecodedSeries,
    newest: Map<string, number>,
    isInOrder: (a: number, b: number) => boolean,
  ): void {
    const key = seriesKey(series);
    for (const { timestampMs } of [...series.samples, ...(series.histograms ?? [])]) {
      const last = newest.get(key);
      if (last !== undefined && !isInOrder(timestampMs, last)) {
        this.violations.push(`${timestampMs} after ${last}: ${key}`);
      }
      newest.set(key, timestampMs);
    }
  }
}
