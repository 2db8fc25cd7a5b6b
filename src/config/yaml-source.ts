// The YAML text as a tree that knows where each key stands, for error messages with line and column.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { ConfigPath, ConfigProblem } from './config-error.ts';
import { describeYamlError, LOOSE_ALIAS } from './describe-yaml-error.ts';

/** Refused wherever it stands, so the schema's opinion of it does not matter. */
export const PROTO_KEY = '__proto__';

export interface YamlSource {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly lines: LineCounter;
}

export interface Located {
  readonly line: number;
  readonly column: number;
  /** Absent where the path names a key that is not in the file. */
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

/** Where `path` stands: the key of a mapping, the item of a list, or the nearest enclosing one that is in the file. */
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

export function positionAt(source: YamlSource, offset: number): { line: number; column: number } {
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
