// Decides which families' TYPE and HELP go along with a push: each at most once per interval. Bounded; a family that
// has fallen out is sent once more than needed. What was staged counts as sent only once the push is accepted.
import { hash } from 'node:crypto';
import type { FamilyTable } from '../exposition/family-table.ts';
import { RecentMap } from '../wire/recent-map.ts';

/** So many are surely remembered, and at most twice as many. */
const MAX_FAMILIES = 20_000;
const MAX_SIGNATURES = 4096;
const MAX_REMEMBERED_LENGTH = 256;

export class MetadataRegistry {
  readonly #intervalMs: number;
  /** Family name → when its metadata is next due. */
  readonly #families = new RecentMap<string, number>(2 * MAX_FAMILIES);
  /** Sum over a push's families → when the first of them is next due: spares most pushes the look at each family. */
  readonly #signatures = new RecentMap<number, number>(MAX_SIGNATURES);
  #staged: string[] = [];
  #stagedSignature = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** The entries of `families` whose metadata is due; empty for most pushes. */
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

  /** Whether nothing is due of a push whose families have this signature; then nothing is staged. */
  isQuiet(signature: number, nowMs: number): boolean {
    if (nowMs >= (this.#signatures.get(signature) ?? -Infinity)) return false;
    this.#staged = [];
    this.#stagedSignature = signature;
    return true;
  }

  /** The push that `due` was asked for last has been accepted. */
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

/** A number that pushes with the same described families have in common. */
export function signatureOf(families: FamilyTable): number {
  let sum = 0;
  for (let family = 0; family < families.count; family++) {
    if (isDescribed(families, family))
      sum = (sum + Math.imul(families.hash[family]!, families.type[family]! + 3)) | 0;
  }
  return sum;
}

/** A long name would be kept for as long as its family: its digest is. */
function keyOf(families: FamilyTable, family: number): string {
  const name = families.name(family);
  return name.length <= MAX_REMEMBERED_LENGTH ? name : hash('sha256', name, 'base64');
}
