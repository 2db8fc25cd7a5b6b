// Makes of an encoded push what one backend is sent: its rules are applied, and start timestamps are removed if its version
// of remote write has no fields for them.
import { crc32 } from 'node:zlib';
import type { BackendConfig } from '../../config/config.ts';
import { type RelabeledSeries, SeriesRelabeler } from '../../relabel/series-relabeler.ts';
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import { stripStartTimestamps } from '../../remotewrite/start-timestamps.ts';
import { uncompressedBudget } from '../block/batch.ts';

export interface AdapterDeps {
  /** Whether rules may make names of any UTF-8. */
  readonly utf8Names: boolean;
  /** Sees the metadata of every push. */
  readonly noteMetadata: (fields: Uint8Array) => void;
}

export class BackendAdapter {
  readonly #takesStartTimestamps: boolean;
  readonly #relabeler: SeriesRelabeler | undefined;
  readonly #noteMetadata: (fields: Uint8Array) => void;
  readonly #form: number;

  constructor(backend: BackendConfig, { utf8Names, noteMetadata }: AdapterDeps) {
    this.#takesStartTimestamps = backend.messageVersion === 'V2.0';
    this.#relabeler = makeRelabeler(backend, utf8Names);
    this.#noteMetadata = noteMetadata;
    const { writeRelabelConfigs, sendExemplars, sendNativeHistograms, sendClassicHistograms } = backend;
    const taken = [sendExemplars, sendNativeHistograms, sendClassicHistograms];
    this.#form = crc32(JSON.stringify([writeRelabelConfigs, taken, utf8Names])) || 1;
  }

  /** A number that changes with what is made of a push. Never 0. */
  get form(): number {
    return this.#form;
  }

  /** The result is valid until the next call, or for as long as `encoded` is. */
  adapt(encoded: EncodedSeries): EncodedSeries | RelabeledSeries {
    this.#noteMetadata(encoded.bytes);
    const sent = this.#withoutStartTimestamps(encoded);
    return this.#relabeler?.relabel(sent) ?? sent;
  }

  /** As `adapt`, but the result is valid for as long as `encoded` is. */
  adaptToKeep(encoded: EncodedSeries): EncodedSeries | RelabeledSeries {
    const adapted = this.adapt(encoded);
    return adapted.bytes === encoded.bytes ? adapted : { ...adapted, bytes: Buffer.from(adapted.bytes) };
  }

  #withoutStartTimestamps(encoded: EncodedSeries): EncodedSeries {
    if (this.#takesStartTimestamps || !encoded.hasStartTimestamps) return encoded;
    return { ...encoded, bytes: stripStartTimestamps(encoded.bytes), hasStartTimestamps: false };
  }
}

function makeRelabeler(
  { writeRelabelConfigs, queueConfig }: BackendConfig,
  utf8Names: boolean,
): SeriesRelabeler | undefined {
  if (writeRelabelConfigs.length === 0) return undefined;
  return new SeriesRelabeler(writeRelabelConfigs, {
    utf8Names,
    maxSeriesBytes: uncompressedBudget(queueConfig.maxRequestBytes),
    maxBytes: queueConfig.maxQueueSize,
    onTrouble: 'drop',
  });
}
