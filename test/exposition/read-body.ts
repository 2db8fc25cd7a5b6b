// Runs a text body through the parser alone: all its samples, or the message it is refused with.
import { ExpositionError } from '../../src/exposition/exposition-error.ts';
import type { FamilyTable } from '../../src/exposition/family-table.ts';
import { TextParser, type TextParserOptions } from '../../src/exposition/text-parser.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';

export interface ReadSample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs?: number;
}

export type ParserOptions = Partial<TextParserOptions>;

/** What a sample line is expected to say. */
export function sample(
  metric: string,
  labels: Readonly<Record<string, string>>,
  value: number,
  timestampMs?: number,
): ReadSample {
  return { metric, labels, value, ...(timestampMs !== undefined && { timestampMs }) };
}

export function readBody(
  body: string | Uint8Array,
  options: ParserOptions = {},
): readonly ReadSample[] | string {
  const parser = parserOf(body, options);
  const samples: ReadSample[] = [];
  try {
    while (parser.next()) samples.push(currentSample(parser));
    return samples;
  } catch (error) {
    if (error instanceof ExpositionError) return error.message;
    throw error;
  }
}

/** The families of a body that is taken. */
export function readFamilies(body: string, options: ParserOptions = {}): FamilyTable {
  const parser = parserOf(body, options);
  while (parser.next());
  return parser.families;
}

/** The raw text of a family's HELP; undefined without one. */
export function helpOf(body: string, name: string): string | undefined {
  const arena = new ByteArena();
  const parser = parserOf(body, {}, arena);
  while (parser.next());
  const { families } = parser;
  for (let i = 0; i < families.count; i++) {
    if (families.name(i) === name && families.helpStart[i]! >= 0)
      return arena.bytes.toString('utf8', families.helpStart[i], families.helpEnd[i]);
  }
  return undefined;
}

function parserOf(body: string | Uint8Array, options: ParserOptions, arena = new ByteArena()): TextParser {
  const parser = new TextParser(arena, { utf8Names: false, bucketLabels: 'canonical', ...options });
  const bytes = Buffer.from(body as string);
  arena.load([bytes], bytes.length, 2 * bytes.length);
  parser.start();
  return parser;
}

function currentSample({ arena, labels, hasTimestamp }: TextParser): ReadSample {
  const text = (start: number, end: number) => arena.bytes.toString('utf8', start, end);
  const pairs = Array.from(
    labels.shape.order,
    (at) => [labels.nameOf(at), text(labels.valueStart[at]!, labels.valueEnd[at]!)] as const,
  );
  const [value, timestampMs] = labels.sample;
  return sample(
    text(labels.metricStart, labels.metricEnd),
    Object.fromEntries(pairs),
    value!,
    hasTimestamp ? timestampMs : undefined,
  );
}
