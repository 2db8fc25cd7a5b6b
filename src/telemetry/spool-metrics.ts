// The metrics of the spool. Registered only if there is one.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The state of the spool, read when the metrics are scraped. */
export interface SpoolReading {
  /** Bytes of records, including those that wait for the disk. */
  readonly bytes: number;
  readonly limitBytes: number;
  readonly isUsable: boolean;
}

const SYNC_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class SpoolMetrics {
  readonly #registry: Registry;
  readonly #damagedRecords;
  readonly #damagedBytes;
  readonly #syncs;
  readonly #syncSeconds;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.#registry = registry;
    this.#damagedRecords = counter(
      'sluice_spool_damaged_records_total',
      'Damaged records. Damaged bytes count as one record if it is unknown how many they were.',
    );
    this.#damagedBytes = counter('sluice_spool_damaged_bytes_total', 'Damaged bytes.');
    this.#syncs = counter('sluice_spool_syncs_total', 'Groups of pushes that were written and synced.');
    this.#syncSeconds = new Histogram({
      name: 'sluice_spool_sync_duration_seconds',
      help: 'Time from the start of the write of a group to the end of its sync.',
      buckets: SYNC_SECONDS,
      registers,
    });
  }

  synced(durationMs: number): void {
    this.#syncs.inc();
    this.#syncSeconds.observe(durationMs / 1000);
  }

  damaged(records: number, bytes: number): void {
    this.#damagedRecords.inc(records);
    this.#damagedBytes.inc(bytes);
  }

  /** Registers the gauges, which are read at each scrape. Call it once, when the spool exists. */
  observe(read: () => SpoolReading): void {
    const gauge = (name: string, help: string, value: (reading: SpoolReading) => number) =>
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value(read()));
        },
      });
    gauge('sluice_spool_bytes', 'Bytes of records in the spool.', ({ bytes }) => bytes);
    gauge(
      'sluice_spool_limit_bytes',
      'Bytes the spool may hold before pushes are refused.',
      ({ limitBytes }) => limitBytes,
    );
    gauge('sluice_spool_usable', 'Whether the spool can write to its disk.', ({ isUsable }) =>
      Number(isUsable),
    );
  }
}
