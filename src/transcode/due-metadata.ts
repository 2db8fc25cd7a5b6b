// Appends the metadata that is due to a push's encoded series.
import type { FamilyTable } from '../exposition/family-table.ts';
import { appendMetadata } from '../remotewrite/metadata-encoder.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import type { MetadataRegistry } from './metadata-registry.ts';

/** Longer help is cut: it is for people. */
const MAX_HELP_BYTES = 4096;

export function appendDueMetadata(
  out: OutputBuffer,
  arena: ByteArena,
  families: FamilyTable,
  registry: MetadataRegistry,
  nowMs: number,
): void {
  for (const family of registry.due(families, nowMs)) {
    const name = arena.bytes.subarray(families.nameStart[family], families.nameEnd[family]);
    const help = helpOf(arena, families, family);
    appendMetadata(out, { type: families.type[family]!, name, help, unit: unitOf(arena, families, family) });
  }
}

function helpOf(arena: ByteArena, families: FamilyTable, family: number): Buffer {
  const start = families.helpStart[family]!;
  if (start < 0) return Buffer.alloc(0);
  const end = Math.min(families.helpEnd[family]!, start + MAX_HELP_BYTES);
  // Help may hold invalid UTF-8, which protobuf must not: decoding replaces it.
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
