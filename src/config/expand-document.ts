// Expands the variables in every value of a YAML tree, in place. Keys are left alone.
// A plain value is typed again as YAML would type the expanded text; a quoted one stays text.
import { type Document, isMap, isPair, isScalar, isSeq, Scalar, type ScalarTag } from 'yaml';
import type { ConfigPath } from './config-error.ts';
import { type Environment, expandVariables } from './expand-variables.ts';

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

/** An alias is not followed: what it stands for is visited at its anchor. */
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
