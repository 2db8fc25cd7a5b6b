// Runs a text or OpenMetrics body through its parser alone: all its samples, or the message it is refused with.
import { ExpositionError } from '../../src/exposition/exposition-error.ts';
import type { FamilyTable } from '../../src/exposition/family-table.ts';
import { cutEof, OPEN_METRICS } from '../../src/exposition/text/open-metrics.ts';
import { TextParser, type TextParserOptions } from '../../src/exposition/text/text-parser.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';

type Labels = Readonly<Record<string, string>>;

export interface ReadExemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs?: number;
}

export interface ReadSample {
  readonly metric: string;
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs?: number;
  readonly exemplar?: ReadExemplar;
}

export interface ParserOptions extends Partial<TextParserOptions> {
  readonly format?: 'text' | 'openMetrics';
  /** Of OpenMetrics only; true by default. */
  readonly requiresEof?: boolean;
}

/** What a sample line is expected to say. */
export function sample(metric: string, labels: Labels, value: number, timestampMs?: number): ReadSample {
  return { metric, labels, value, ...(timestampMs !== undefined && { timestampMs }) };
}

/** A sample line with an exemplar after it. */
export function withExemplar(
  before: ReadSample,
  labels: Labels,
  value: number,
  timestampMs?: number,
): ReadSample {
  return { ...before, exemplar: { labels, value, ...(timestampMs !== undefined && { timestampMs }) } };
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
export function helpOf(body: string, name: string, options: ParserOptions = {}): string | undefined {
  const { families, text, family } = findFamily(body, name, options);
  if (family < 0 || families.helpStart[family]! < 0) return undefined;
  return text(families.helpStart[family]!, families.helpEnd[family]!);
}

/** The UNIT of a family; undefined without one. */
export function unitOf(body: string, name: string, options: ParserOptions = {}): string | undefined {
  const { families, text, family } = findFamily(body, name, options);
  if (family < 0 || families.unitStart[family]! < 0) return undefined;
  return text(families.unitStart[family]!, families.unitEnd[family]!);
}

function findFamily(body: string, name: string, options: ParserOptions) {
  const { arena, families } = (() => {
    const parser = parserOf(body, options);
    while (parser.next());
    return parser;
  })();
  let family = families.count - 1;
  while (family >= 0 && families.name(family) !== name) family--;
  return { families, family, text: (start: number, end: number) => arena.bytes.toString('utf8', start, end) };
}

function parserOf(body: string | Uint8Array, { format, requiresEof, ...options }: ParserOptions): TextParser {
  const arena = new ByteArena();
  const bytes = Buffer.from(body as string);
  arena.load([bytes], bytes.length, 2 * bytes.length);
  const all = { utf8Names: false, bucketLabels: 'canonical', ...options } as const;
  const isOpenMetrics = format === 'openMetrics';
  const parser = isOpenMetrics ? new TextParser(arena, all, OPEN_METRICS) : new TextParser(arena, all);
  if (isOpenMetrics) parser.lacksEof = !cutEof(arena) && (requiresEof ?? true);
  parser.start();
  return parser;
}

/** The sample that a parser has read last. */
export function currentSample({ arena, labels, exemplars, hasTimestamp }: TextParser): ReadSample {
  const text = (start: number, end: number) => arena.bytes.toString('utf8', start, end);
  const pairs = Array.from(
    labels.shape.order,
    (at) => [labels.nameOf(at), text(labels.valueStart[at]!, labels.valueEnd[at]!)] as const,
  );
  const [value, timestampMs] = labels.sample;
  const read = sample(
    text(labels.metricStart, labels.metricEnd),
    Object.fromEntries(pairs),
    value!,
    hasTimestamp ? timestampMs : undefined,
  );
  if (exemplars.count === 0) return read;
  if (exemplars.count > 1) throw new Error(`expected one exemplar, found ${exemplars.count}`);
  const own = Array.from({ length: exemplars.labelsEnd[0]! }, (_, i) => [
    text(exemplars.nameStart[i]!, exemplars.nameEnd[i]!),
    text(exemplars.valueStart[i]!, exemplars.valueEnd[i]!),
  ]);
  const time = exemplars.timestampsMs[0]!;
  return withExemplar(
    read,
    Object.fromEntries(own),
    exemplars.values[0]!,
    Number.isNaN(time) ? undefined : time,
  );
}
