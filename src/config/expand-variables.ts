// Expands ${VAR} and ${VAR:default} in the values of a YAML tree; keys stay as they are. It runs after YAML parsing, so a
// variable cannot add structure. Invariant: a problem never quotes the text around a variable or the variable's value.
import { type Document, isMap, isPair, isScalar, isSeq, Scalar, type ScalarTag } from 'yaml';
import type { ConfigPath } from './config-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Expansion =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'expanded'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string };

type Piece = { readonly text: string } | { readonly problem: string };

/**
 * `$$` is a dollar sign; any other `$` that is not followed by `{` stays as it is. With `keepsGroups` `${1}` stays too, as
 * what it is in the replacement of a regular expression.
 */
export function expandVariables(text: string, env: Environment, keepsGroups = false): Expansion {
  let expanded = '';
  let from = 0;
  for (let at = nextMark(text, 0, keepsGroups); at >= 0; at = nextMark(text, from, keepsGroups)) {
    expanded += text.slice(from, at);
    const end = text[at + 1] === '$' ? at + 2 : text.indexOf('}', at) + 1;
    if (end === 0) return { kind: 'refused', problem: 'expected "}" after "${", found the end of the value' };
    const piece = text[at + 1] === '$' ? { text: '$' } : expandReference(text.slice(at + 2, end - 1), env);
    if ('problem' in piece) return { kind: 'refused', problem: piece.problem };
    expanded += piece.text;
    from = end;
  }
  return from === 0 ? { kind: 'unchanged' } : { kind: 'expanded', text: expanded + text.slice(from) };
}

function nextMark(text: string, from: number, keepsGroups: boolean): number {
  for (let at = text.indexOf('$', from); at >= 0; at = text.indexOf('$', at + 1)) {
    if (text[at + 1] === '$') return at;
    if (text[at + 1] === '{' && !(keepsGroups && isGroup(text, at))) return at;
  }
  return -1;
}

/** `${1}`: no variable has such a name. */
function isGroup(text: string, at: number): boolean {
  return /^\$\{\d+\}/.test(text.slice(at, at + 12));
}

/** `reference` is the text between the braces. The first colon ends the name, so a default may contain others. */
function expandReference(reference: string, env: Environment): Piece {
  const colon = reference.indexOf(':');
  const name = colon < 0 ? reference : reference.slice(0, colon);
  const fallback = colon < 0 ? undefined : reference.slice(colon + 1);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return { problem: BAD_NAME };
  if (fallback !== undefined && /^[-=?+]/.test(fallback))
    return { problem: shellSyntax(name, fallback[0] ?? '') };
  if (fallback?.includes('${'))
    return { problem: `expected a plain default for variable ${name}, found another variable in it` };
  const set = Object.hasOwn(env, name) ? env[name] : undefined;
  const text = set ?? (fallback === undefined ? undefined : withoutQuotes(fallback));
  return text === undefined ? { problem: unset(name) } : { text };
}

const BAD_NAME =
  'expected a variable name of letters, digits and "_" after "${", found something else (write "$$" for a dollar sign)';

function shellSyntax(name: string, operator: string): string {
  return (
    `expected "\${${name}:default}", found "\${${name}:${operator}", which is shell syntax and not understood here ` +
    `(a default that starts with "${operator}" goes in quotes: \${${name}:"${operator}…"})`
  );
}

function unset(name: string): string {
  return `expected environment variable ${name} to be set, found it unset (write \${${name}:default} to give a default)`;
}

/** `${VAR:""}` is how the Chronosphere Collector writes an empty default. */
function withoutQuotes(fallback: string): string {
  return /^"([^"]*)"$/.exec(fallback)?.[1] ?? /^'([^']*)'$/.exec(fallback)?.[1] ?? fallback;
}

export interface DocumentExpansion {
  /** The expanded text of plain values, which a key that wants text takes instead of the typed value. */
  readonly plainTexts: ReadonlyMap<Scalar, string>;
  readonly refused: ReadonlyMap<Scalar, { readonly path: ConfigPath; readonly problem: string }>;
}

export function expandDocument(document: Document, env: Environment): DocumentExpansion {
  const plainTexts = new Map<Scalar, string>();
  const refused = new Map<Scalar, { path: ConfigPath; problem: string }>();
  visitScalars(document.contents, [], (scalar, path) => {
    const expansion = expandVariables(scalar.value, env, isInRelabelRule(path));
    if (expansion.kind === 'refused') refused.set(scalar, { path, problem: expansion.problem });
    if (expansion.kind !== 'expanded') return;
    const isPlain = scalar.type === Scalar.PLAIN && scalar.tag === undefined;
    if (isPlain) plainTexts.set(scalar, expansion.text);
    (scalar as Scalar).value = isPlain ? typeAgain(expansion.text, document) : expansion.text;
  });
  return { plainTexts, refused };
}

/** There `${1}` is a group of the rule's regular expression. */
function isInRelabelRule(path: ConfigPath): boolean {
  return path.includes('writeRelabelConfigs') || path.includes('metricRelabelConfigs');
}

type TextScalar = Scalar & { value: string };

/** An alias is not followed: its value is visited at the anchor. */
function visitScalars(
  node: unknown,
  path: ConfigPath,
  visit: (scalar: TextScalar, path: ConfigPath) => void,
): void {
  if (isScalar(node) && typeof node.value === 'string') visit(node as TextScalar, path);
  if (isSeq(node))
    node.items.forEach((item, at) => {
      visitScalars(item, [...path, at], visit);
    });
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (isPair(pair) && isScalar(pair.key))
      visitScalars(pair.value, [...path, String(pair.key.value)], visit);
  }
}

/** Nothing at all stays empty text: `${VAR:}` is an empty value, not a missing one. */
function typeAgain(text: string, document: Document): unknown {
  if (text === '') return text;
  const isScalarTag = (tag: (typeof document.schema.tags)[number]): tag is ScalarTag =>
    tag.collection === undefined && tag.default === true;
  const tag = document.schema.tags.filter(isScalarTag).find(({ test }) => test?.test(text));
  const typed = tag?.resolve(text, () => undefined, document.options);
  return isScalar(typed) ? typed.value : (typed ?? text);
}
