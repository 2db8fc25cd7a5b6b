// The positions of all backends, one file for each.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../../telemetry/clock.ts';
import type { SpoolEvents } from '../../../telemetry/events.ts';
import type { Disk } from '../disk/disk.ts';
import { BackendPositions } from './backend-positions.ts';
import { PositionsFile, parsePositions, type StoredPositions } from './positions-file.ts';

export interface PositionsStoreDeps {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly events: SpoolEvents;
}

/** The positions that the spool holds: where a backend without positions of its own starts. */
interface Range {
  readonly start: number;
  readonly end: number;
}

const SUFFIX = '.positions';

export class PositionsStore {
  readonly #deps: PositionsStoreDeps;
  readonly #inUse = new Map<string, BackendPositions>();
  /** By file name; `damaged` if the file cannot be understood. */
  readonly #stored = new Map<string, StoredPositions | 'damaged'>();

  constructor(deps: PositionsStoreDeps) {
    this.#deps = deps;
  }

  /** Reads what earlier runs left. Rejects with what the disk throws. */
  async load(): Promise<void> {
    const { folder, disk } = this.#deps;
    for (const name of await disk.list(folder)) {
      if (name.endsWith(SUFFIX)) this.#stored.set(name, await this.#read(name));
    }
  }

  /** The highest position that a lane of any run has settled. */
  get highest(): number {
    let highest = 0;
    for (const stored of this.#stored.values()) {
      if (stored === 'damaged') continue;
      for (const { position } of stored.lanes) highest = Math.max(highest, position);
      for (const lanes of stored.earlier) highest = Math.max(highest, ...lanes);
    }
    return highest;
  }

  /** After `load`. */
  of(backend: string, lanes: number, range: Range): BackendPositions {
    const positions = this.#positions(backend, lanes);
    const stored = this.#stored.get(fileName(backend));
    if (stored === undefined) positions.startAt(range.end);
    else if (stored === 'damaged') positions.startAt(range.start);
    else positions.adopt(stored);
    return positions;
  }

  /** For when `load` failed. `adoptLate` adds later what earlier runs left. */
  ofUnknown(backend: string, lanes: number): BackendPositions {
    return this.#positions(backend, lanes);
  }

  /** After a late `load`. The backends have started already, from position 0. */
  adoptLate(range: Range): void {
    for (const [backend, positions] of this.#inUse) {
      const stored = this.#stored.get(fileName(backend));
      const fresh = { backend, lanes: [{ position: range.end, samples: 0 }], earlier: [] };
      if (stored !== 'damaged') positions.adoptLate(stored ?? fresh);
    }
  }

  /** When it returns, every backend in use has its file. Throws what the disk throws. */
  saveAll(): void {
    for (const positions of this.#inUse.values()) positions.save();
  }

  async syncAll(): Promise<void> {
    for (const positions of this.#inUse.values()) await positions.sync();
  }

  /** `end`: the end of the spool, for the report of what the backends had not settled. */
  async forgetOthers(names: readonly string[], end: number): Promise<void> {
    const { folder, disk } = this.#deps;
    const kept = new Set(names.map(fileName));
    for (const [name, stored] of this.#stored) {
      if (kept.has(name)) continue;
      this.#stored.delete(name);
      if (stored !== 'damaged') this.#reportForgotten(stored, end);
      await disk.remove(join(folder, name));
    }
  }

  async close(): Promise<void> {
    for (const positions of this.#inUse.values()) await positions.close();
  }

  #reportForgotten({ backend, lanes }: StoredPositions, end: number): void {
    const bytes = end - Math.min(...lanes.map(({ position }) => position));
    if (bytes > 0) this.#deps.events.spoolBackendForgotten({ backend, bytes });
  }

  #positions(backend: string, lanes: number): BackendPositions {
    const { folder, disk, clock } = this.#deps;
    const file = new PositionsFile(join(folder, fileName(backend)), disk);
    const positions = new BackendPositions(backend, lanes, file, clock);
    this.#inUse.set(backend, positions);
    return positions;
  }

  async #read(name: string): Promise<StoredPositions | 'damaged'> {
    const { folder, disk, events } = this.#deps;
    const path = join(folder, name);
    const file = await disk.open(path);
    try {
      const bytes = Buffer.alloc(await file.size());
      await file.read(bytes, 0);
      const stored = parsePositions(bytes);
      if (stored !== undefined) return stored;
      const detail = `Cannot read spool positions ${path}: expected what was written, found other bytes`;
      events.spoolDamaged({ bytes: bytes.length, records: 0, detail });
      return 'damaged';
    } finally {
      await file.close();
    }
  }
}

/** A file name for any name of a backend, however long and of whatever characters. */
function fileName(backend: string): string {
  return `${createHash('sha256').update(backend).digest('hex').slice(0, 32)}${SUFFIX}`;
}
