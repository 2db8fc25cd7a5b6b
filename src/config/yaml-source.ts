// The YAML text as a tree that knows the line and column of each key, and the YAML library's errors as Sluice's own sentences.
// The library's messages quote the text, which may be secret; here only a repeated key is quoted, never a value.
import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { ConfigPath, ConfigProblem } from './config-error.ts';

/** Refused everywhere in the file, before the schema is asked. */
export const PROTO_KEY = '__proto__';

export interface YamlSource {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly lines: LineCounter;
}

export interface Located {
  readonly line: number;
  readonly column: number;
  /** Absent if the path names a key that is not in the file. */
  readonly node?: Node;
}

/** Never throws for malformed text: `problems` says what is wrong with it, `isSound` whether the tree can be used. */
export function parseYaml(text: string): { source: YamlSource; problems: ConfigProblem[]; isSound: boolean } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
  });
  const source = { document, text, lines };
  const errors = [...document.errors, ...document.warnings];
  const problems: ConfigProblem[] = errors.map((error) => ({
    ...positionAt(source, error.pos[0]),
    path: [],
    text: describeYamlError(error, text),
  }));
  const isTree = errors.every((error) => error.code === 'DUPLICATE_KEY');
  const looseAliases = isTree ? findLooseAliases(source) : [];
  const protoKeys = isTree ? findProtoKeys(source) : [];
  return {
    source,
    problems: [...problems, ...looseAliases, ...protoKeys],
    isSound: isTree && looseAliases.length === 0,
  };
}

/** The position of `path`: the key of a mapping, the item of a list, or the nearest enclosing one that is in the file. */
export function locate(source: YamlSource, path: ConfigPath): Located {
  let node: Node | null = resolve(source, source.document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    const child = childAt(node, step);
    if (child === undefined) return positionAt(source, offset);
    offset = child.offset;
    node = resolve(source, child.node);
  }
  return node === null ? positionAt(source, offset) : { ...positionAt(source, offset), node };
}

function positionAt(source: YamlSource, offset: number): { line: number; column: number } {
  const { line, col } = source.lines.linePos(offset);
  return line === 0 ? { line: 1, column: 1 } : { line, column: col };
}

/** The name is not shown: a password that starts with "*" and has no quotes is an alias too. */
function findLooseAliases(source: YamlSource): ConfigProblem[] {
  const anchors = new Set<string>();
  const problems: ConfigProblem[] = [];
  visit(source.document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
    },
    Alias(_, alias) {
      if (anchors.has(alias.source)) return;
      problems.push({ ...positionAt(source, alias.range?.[0] ?? 0), path: [], text: LOOSE_ALIAS });
    },
  });
  return problems;
}

/** The one key that the schema would pass over in silence, because it is special in JavaScript. */
function findProtoKeys(source: YamlSource): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(source.document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== PROTO_KEY) return;
      problems.push({ ...positionAt(source, key.range?.[0] ?? 0), path: [PROTO_KEY], text: 'unknown key' });
    },
  });
  return problems;
}

function childAt(node: Node | null, step: string | number): { node: unknown; offset: number } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
  }
  if (!isMap(node)) return undefined;
  // Of a repeated key the last one holds, as in the value that is checked.
  const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === step);
  return isScalar(pair?.key) ? { node: pair.value, offset: pair.key.range?.[0] ?? 0 } : undefined;
}

function resolve(source: YamlSource, node: unknown): Node | null {
  if (isAlias(node)) return node.resolve(source.document) ?? null;
  return isNode(node) ? node : null;
}

function describeYamlError(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    return `expected each key once, found ${JSON.stringify(keyAt(text, error.pos[0]))} again`;
  }
  return SENTENCES[error.code];
}

const LOOSE_ALIAS =
  'expected the anchor (&name) of an alias (*name) before it, found none (put text that starts with "*" in quotes)';

/** For what is thrown when the tree becomes a value. */
export function describeYamlFailure(error: unknown): string {
  if (error instanceof ReferenceError)
    return 'expected aliases that repeat little, found a text that multiplies itself';
  if (error instanceof RangeError) return SENTENCES.RESOURCE_EXHAUSTION;
  throw error;
}

/** A quoted key without its quotes, a plain one up to its colon. */
function keyAt(text: string, offset: number): string {
  const rest = text.slice(offset, offset + 200);
  return /^(["'])(.*?)\1/.exec(rest)?.[2] ?? /^[^:\n]*/.exec(rest)?.[0].trim() ?? '';
}

const SENTENCES: Readonly<Record<Exclude<ErrorCode, 'DUPLICATE_KEY'>, string>> = {
  ALIAS_PROPS: 'expected an alias without anchor or tag, found one with it',
  BAD_ALIAS: 'expected an alias or anchor with a name, found one without or with ":" at its end',
  BAD_COLLECTION_TYPE: 'expected a tag that fits its value, found another one',
  BAD_DIRECTIVE: 'expected a known YAML directive, found another one',
  BAD_DQ_ESCAPE:
    'expected a valid escape after "\\" in double quotes, found another one (use single quotes for plain text)',
  BAD_INDENT:
    'expected lines of one mapping or list to be indented alike and brackets to be closed, found another indentation',
  BAD_PROP_ORDER: 'expected anchors and tags after the indicator, found one before it',
  BAD_SCALAR_START:
    'expected a value, found a character that no plain value starts with (put the value in quotes)',
  BLOCK_AS_IMPLICIT_KEY:
    'expected one value after the key, found a nested mapping or list on the same line (put text with ": " in quotes)',
  BLOCK_IN_FLOW: 'expected only "[…]" and "{…}" inside brackets, found an indented block',
  IMPOSSIBLE: 'expected YAML, found other text',
  KEY_OVER_1024_CHARS: 'expected a key of at most 1024 characters, found a longer one',
  MISSING_CHAR:
    'expected a complete YAML value, found the end of it with a character missing (a quote, bracket, comma, colon or space)',
  MULTILINE_IMPLICIT_KEY: 'expected a key on one line followed by ":", found text without ":"',
  MULTIPLE_ANCHORS: 'expected at most one anchor, found another one',
  MULTIPLE_DOCS: 'expected one YAML document, found a second one after "---"',
  MULTIPLE_TAGS: 'expected at most one tag, found another one',
  NON_STRING_KEY: 'expected text as a key, found a mapping, a list or nothing',
  RESOURCE_EXHAUSTION: 'expected a few nested levels, found too many',
  TAB_AS_INDENT: 'expected spaces as indentation, found a tab',
  TAG_RESOLVE_FAILED: 'expected a value without a tag or with one that fits it, found another tag',
  UNEXPECTED_TOKEN:
    'expected the value to end or a line of its own, found more text (put text with special characters in quotes)',
};
