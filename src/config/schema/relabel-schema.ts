// Relabeling rules: the keys of Prometheus in the Operator's spelling, refused in the same combinations
// (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config). Regular expressions have the
// syntax of RE2 (https://github.com/google/re2/wiki/Syntax).
import { RE2JS, RE2JSSyntaxException } from 're2js';
import * as z from 'zod';
import type { RelabelAction } from '../config.ts';
import { describeValue } from '../describe-value.ts';
import { ALWAYS, fieldsOf, refuse, refuseValue } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { wholeNumber } from './quantities.ts';

const ACTIONS: readonly RelabelAction[] = [
  'replace',
  'keep',
  'drop',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
];
/** As the Operator's own schema spells them; the program takes any case, as Prometheus does. */
const CAPITALISED = ['HashMod', 'LabelMap', 'LabelDrop', 'LabelKeep', 'KeepEqual', 'DropEqual'];
const DEFAULTS = { sourceLabels: [], separator: ';', regex: '(.*)', modulus: 0, replacement: '$1' };

export function relabelConfigsSchema() {
  return z.array(relabelConfigSchema());
}

function relabelConfigSchema() {
  return mapping({
    action: actionSchema().prefault('replace').describe('What the rule does.'),
    sourceLabels: z
      .array(nonEmptyText('a label name'))
      .prefault(DEFAULTS.sourceLabels)
      .describe('Labels whose values are joined and matched.'),
    separator: text().prefault(DEFAULTS.separator).describe('What to put between the joined values.'),
    regex: regexSchema()
      .prefault(DEFAULTS.regex)
      .describe('RE2 expression that has to match the joined value, or a label name, as a whole.'),
    modulus: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .prefault(DEFAULTS.modulus)
      .describe('For hashmod: the number to divide the hash by.'),
    targetLabel: nonEmptyText('a label name')
      .exactOptional()
      .describe(
        'The label to set or to compare. For replace it may contain $1 and so on, for groups of regex.',
      ),
    replacement: text()
      .prefault(DEFAULTS.replacement)
      .describe('The new value, or for labelmap the new name. $1 and so on stand for groups of regex.'),
  })
    .superRefine(checkCombination, ALWAYS)
    .transform(({ targetLabel = '', ...rule }) => ({ ...rule, targetLabel }));
}

function actionSchema() {
  return z
    .string({ error: `one of ${ACTIONS.join(', ')}` })
    .meta({ enum: [...ACTIONS.flatMap((action) => [action, capitalised(action)])] })
    .transform((name, context) => {
      const action = ACTIONS.find((known) => known === name.toLowerCase());
      if (action !== undefined) return action;
      refuseValue(context, `one of ${ACTIONS.join(', ')}`, name);
      return z.NEVER;
    });
}

function capitalised(action: string): string {
  const simple = action.charAt(0).toUpperCase() + action.slice(1);
  return CAPITALISED.find((known) => known.toLowerCase() === action) ?? simple;
}

/** A lone surrogate has no UTF-8. */
function text() {
  return z.string({ error: 'text (in quotes)' }).superRefine((value, context) => {
    if (!value.isWellFormed()) refuse(context, [], 'text of whole characters', 'half a surrogate pair');
  });
}

function nonEmptyText(kind: string) {
  return text().superRefine((value, context) => {
    if (value === '') refuse(context, [], kind, 'an empty value');
  });
}

function regexSchema() {
  return text().superRefine((regex, context) => {
    const problem = regexProblem(regex);
    if (problem !== undefined) refuse(context, [], 'a regular expression in RE2 syntax', problem);
  });
}

const NEEDS_TARGET: readonly unknown[] = [
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
];

function checkCombination(value: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const rule = fieldsOf(value);
  const { action } = rule;
  if (action === 'hashmod' && rule.modulus === 0)
    refuse(context, ['modulus'], 'a modulus of 1 or more for hashmod', 'none');
  if (NEEDS_TARGET.includes(action) && rule.targetLabel === undefined)
    refuse(context, ['targetLabel'], `a target label for ${action}`, 'none');
  switch (action) {
    case 'labelmap':
      if (rule.replacement === '')
        refuse(context, ['replacement'], 'a new name for labelmap', 'an empty value');
      return;
    case 'lowercase':
    case 'uppercase':
      if (isSet(rule, 'replacement')) refuse(context, ['replacement'], `none for ${action}`, 'one');
      return;
    case 'keepequal':
    case 'dropequal':
      return refuseOthers(rule, ['sourceLabels', 'targetLabel'], context);
    case 'labeldrop':
    case 'labelkeep':
      return refuseOthers(rule, ['regex'], context);
  }
}

type Rule = Readonly<Record<string, unknown>>;

function refuseOthers(rule: Rule, allowed: readonly string[], context: z.core.$RefinementCtx<unknown>): void {
  for (const key of Object.keys(DEFAULTS).concat('targetLabel')) {
    if (!allowed.includes(key) && isSet(rule, key))
      refuse(context, [key], `only ${allowed.join(' and ')} for ${rule.action}`, `${key} next to it`);
  }
}

/** What has its default was not set, or might as well not have been. */
function isSet(rule: Rule, key: string): boolean {
  const fallback = (DEFAULTS as Rule)[key];
  const value = rule[key];
  return Array.isArray(value) ? value.length > 0 : value !== fallback;
}

/** `"\y" at character 3 (invalid escape sequence)`; undefined if the expression is sound. */
function regexProblem(regex: string): string | undefined {
  const error = errorOf(regex);
  if (error !== undefined) return describe(regex, error.getPattern() ?? '', error.getDescription());
  // Also as part of a longer one: a literal run without its end would include what comes after it.
  return errorOf(`(?:${regex})`) && describe(regex, '\\Q', 'missing \\E');
}

function errorOf(regex: string): RE2JSSyntaxException | undefined {
  try {
    RE2JS.compile(regex);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error;
    throw error;
  }
  return undefined;
}

/** The library names the piece that it could not read, not its position. */
function describe(regex: string, piece: string, problem: string): string {
  const at = regex.indexOf(piece);
  const place = at < 0 ? '' : ` at character ${[...regex.slice(0, at)].length + 1}`;
  return piece === '' || at < 0 ? `another one (${problem})` : `${describeValue(piece)}${place} (${problem})`;
}

type Context = z.core.$RefinementCtx<unknown>;

const NAME = /^[a-zA-Z_]\w*$/;
/** A name in which `$1`, `${1}` and so on stand for text that is not known yet. */
const TEMPLATE = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w))(?:\w|\$(?:\{\w+\}|\w))*$/;
const HINT = '(other characters need utf8Names: true)';

/** For the whole configuration. */
export function checkRelabelNames(config: unknown, context: Context): void {
  const { push, remoteWrite } = fieldsOf(config);
  const { utf8Names, metricRelabelConfigs } = fieldsOf(fieldsOf(push).pushgateway);
  if (utf8Names === true) return;
  const where = ['push', 'pushgateway', 'metricRelabelConfigs'];
  checkRules(metricRelabelConfigs, where, context);
  listOf(remoteWrite).forEach((backend, at) => {
    checkRules(fieldsOf(backend).writeRelabelConfigs, ['remoteWrite', at, 'writeRelabelConfigs'], context);
  });
}

function checkRules(rules: unknown, path: (string | number)[], context: Context): void {
  listOf(rules).forEach((rule, at) => {
    checkRule(fieldsOf(rule), [...path, at], context);
  });
}

function checkRule(
  { action, sourceLabels, targetLabel, replacement }: Readonly<Record<string, unknown>>,
  path: (string | number)[],
  context: Context,
): void {
  listOf(sourceLabels).forEach((name, at) => {
    checkName(name, NAME, [...path, 'sourceLabels', at], context);
  });
  const isTemplate = action === 'replace' && String(targetLabel).includes('$');
  if (isWritten(action))
    checkName(targetLabel, isTemplate ? TEMPLATE : NAME, [...path, 'targetLabel'], context);
  if (action === 'labelmap') checkName(replacement, TEMPLATE, [...path, 'replacement'], context);
}

/** Prometheus does not look at the target label of the others. */
function isWritten(action: unknown): boolean {
  return ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'].includes(String(action));
}

function checkName(name: unknown, pattern: RegExp, path: (string | number)[], context: Context): void {
  // That one is empty has been said already.
  if (typeof name !== 'string' || name === '' || pattern.test(name)) return;
  refuse(context, path, 'a label name', `${JSON.stringify(name)} ${HINT}`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
