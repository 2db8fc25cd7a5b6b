// The metadata of the series of one remote write 2.0 request: looked up once for each metric name, written once for each
// family, with its texts among the symbols.
import { varintLength, writeVarint } from '../../wire/varint.ts';
import { MetadataV2Tag, TimeSeriesV2Tag } from '../../wire/write-request-tags.ts';
import type { FamilyRegistry, KnownFamily } from './family-registry.ts';
import type { SymbolTable } from './symbol-table.ts';

const FIRST_SYMBOLS = 1024;
/** Written even if nothing is known, as Prometheus does. */
export const NO_METADATA = Buffer.from([TimeSeriesV2Tag.metadata, 0]);

export class FamilyRefs {
  readonly #symbols: SymbolTable;
  readonly #registry: FamilyRegistry;
  /** The number in `#fields`, for each symbol that is a metric name; 0 until it is looked up. */
  #ofSymbol = new Int32Array(FIRST_SYMBOLS);
  #fields: Buffer[] = [];
  readonly #ofFamily = new Map<KnownFamily, number>();

  constructor(symbols: SymbolTable, registry: FamilyRegistry) {
    this.#symbols = symbols;
    this.#registry = registry;
  }

  /** Starts a request. */
  start(): void {
    this.#ofSymbol.fill(0);
    this.#fields = [NO_METADATA, NO_METADATA];
    this.#ofFamily.clear();
  }

  /** The `metadata = 5` field for a series whose metric name is this symbol. */
  fieldFor(metric: number): Buffer {
    if (metric >= this.#ofSymbol.length) this.#grow(metric);
    let field = this.#ofSymbol[metric]!;
    if (field === NOT_LOOKED_UP) {
      field = this.#lookUp(metric);
      this.#ofSymbol[metric] = field;
    }
    return this.#fields[field]!;
  }

  #lookUp(metric: number): number {
    const family = this.#registry.find(this.#symbols.latin1Of(metric));
    if (family === undefined) return NOT_KNOWN;
    const written = this.#ofFamily.get(family);
    if (written !== undefined) return written;
    const field = this.#fields.push(this.#encode(family)) - 1;
    this.#ofFamily.set(family, field);
    return field;
  }

  #encode({ type, help, unit }: KnownFamily): Buffer {
    const helpRef = this.#refOf(help);
    const unitRef = this.#refOf(unit);
    const length = refLength(type) + refLength(helpRef) + refLength(unitRef);
    const field = Buffer.alloc(2 + length);
    field[0] = TimeSeriesV2Tag.metadata;
    field[1] = length;
    let at = writeRef(field, 2, MetadataV2Tag.type, type);
    at = writeRef(field, at, MetadataV2Tag.helpRef, helpRef);
    writeRef(field, at, MetadataV2Tag.unitRef, unitRef);
    return field;
  }

  #refOf(text: Buffer): number {
    return this.#symbols.refOf(text, new DataView(text.buffer, text.byteOffset), 0, text.length);
  }

  #grow(symbol: number): void {
    const larger = new Int32Array(2 * (symbol + 1));
    larger.set(this.#ofSymbol);
    this.#ofSymbol = larger;
  }
}

/** Entries of `#ofSymbol` that are no written field. */
const NOT_LOOKED_UP = 0;
const NOT_KNOWN = 1;

function refLength(ref: number): number {
  return ref === 0 ? 0 : 1 + varintLength(ref);
}

function writeRef(bytes: Buffer, at: number, tag: number, ref: number): number {
  if (ref === 0) return at;
  bytes[at] = tag;
  return writeVarint(bytes, at + 1, ref);
}
