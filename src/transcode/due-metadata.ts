// Sends TYPE, HELP and UNIT of each family at most once per interval, with a push that has the family. Bounded: a family
// that has fallen out is sent once more than needed. Metadata counts as sent only after its push has been accepted.

import { hash } from 'node:crypto';
import type { FamilyTable } from '../exposition/family-table.ts';
import { appendMetadata } from '../remotewrite/metadata-encoder.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { RecentMap } from '../wire/recent-map.ts';

/** At least this many families are kept, and at most twice as many. */
const MAX_FAMILIES = 20_000;
const MAX_SIGNATURES = 4096;
const MAX_NAME_LENGTH = 256;
/** Longer help is cut, since it is for people. */
const MAX_HELP_BYTES = 4096;

export class DueMetadata {
  readonly #intervalMs: number;
  /** Family name → when its metadata is next due. */
  readonly #families = new RecentMap<string, number>(2 * MAX_FAMILIES);
  /** Signature of a push's families → when the first of them is next due. For most pushes this makes one look-up enough. */
  readonly #signatures = new RecentMap<number, number>(MAX_SIGNATURES);
  #staged: string[] = [];
  #stagedSignature = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Appends the metadata that is due. */
  append(out: OutputBuffer, arena: ByteArena, families: FamilyTable, nowMs: number): void {
    for (const family of this.due(families, nowMs)) {
      const name = arena.bytes.subarray(families.nameStart[family], families.nameEnd[family]);
      const help = helpOf(arena, families, family);
      appendMetadata(out, {
        type: families.type[family]!,
        name,
        help,
        unit: unitOf(arena, families, family),
      });
    }
  }

  /** The entries of `families` whose metadata is due; empty for most pushes. They are staged until `confirm`. */
  due(families: FamilyTable, nowMs: number): readonly number[] {
    this.#staged = [];
    this.#stagedSignature = signatureOf(families);
    if (nowMs < (this.#signatures.get(this.#stagedSignature) ?? -Infinity)) return [];
    const due: number[] = [];
    for (let family = 0; family < families.count; family++) {
      if (!isDescribed(families, family)) continue;
      const name = keyOf(families, family);
      if (nowMs < (this.#families.get(name) ?? -Infinity)) continue;
      due.push(family);
      this.#staged.push(name);
    }
    return due;
  }

  /** Whether nothing is due for a push whose families have this signature. */
  hasNoneDue(signature: number, nowMs: number): boolean {
    if (nowMs >= (this.#signatures.get(signature) ?? -Infinity)) return false;
    this.#staged = [];
    this.#stagedSignature = signature;
    return true;
  }

  /** The last push has been accepted, so its metadata counts as sent. */
  confirm(nowMs: number): void {
    for (const name of this.#staged) this.#families.set(name, nowMs + this.#intervalMs);
    this.#staged = [];
    if (nowMs < (this.#signatures.get(this.#stagedSignature) ?? -Infinity)) return;
    this.#signatures.set(this.#stagedSignature, nowMs + this.#intervalMs);
  }
}

function isDescribed(families: FamilyTable, family: number): boolean {
  return families.owner[family] === family && families.hasSamples[family] === 1 && hasText(families, family);
}

function hasText(families: FamilyTable, family: number): boolean {
  return families.type[family]! > 0 || families.helpStart[family]! >= 0 || hasUnit(families, family);
}

function hasUnit(families: FamilyTable, family: number): boolean {
  return families.unitStart[family]! >= 0 && families.unitEnd[family]! > families.unitStart[family]!;
}

/** The same number for all pushes with the same described families. */
export function signatureOf(families: FamilyTable): number {
  let sum = 0;
  for (let family = 0; family < families.count; family++) {
    if (isDescribed(families, family))
      sum = (sum + Math.imul(families.hash[family]!, families.type[family]! + 3)) | 0;
  }
  return sum;
}

/** A long name is replaced by its digest, which takes less memory. */
function keyOf(families: FamilyTable, family: number): string {
  const name = families.name(family);
  return name.length <= MAX_NAME_LENGTH ? name : hash('sha256', name, 'base64');
}

function helpOf(arena: ByteArena, families: FamilyTable, family: number): Buffer {
  const start = families.helpStart[family]!;
  if (start < 0) return Buffer.alloc(0);
  const end = Math.min(families.helpEnd[family]!, start + MAX_HELP_BYTES);
  // Help may hold invalid UTF-8, which protobuf must not have. Decoding replaces it.
  const text = arena.bytes.toString('utf8', start, end);
  return Buffer.from(families.isHelpEscaped ? unescapeHelp(text) : text);
}

function unitOf(arena: ByteArena, families: FamilyTable, family: number): Buffer {
  const start = families.unitStart[family]!;
  if (start < 0) return Buffer.alloc(0);
  const end = Math.min(families.unitEnd[family]!, start + MAX_HELP_BYTES);
  return Buffer.from(arena.bytes.toString('utf8', start, end));
}

function unescapeHelp(text: string): string {
  return text.replace(/\\([\\n"])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
