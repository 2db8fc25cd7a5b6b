// Whether the label names in relabeling rules can ever be those of a label: without `utf8Names` only classic ones are
// (https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels).
import type * as z from 'zod';
import { fieldsOf, refuse } from './cross-checks.ts';

type Context = z.core.$RefinementCtx<unknown>;

const NAME = /^[a-zA-Z_]\w*$/;
/** A name in which `$1`, `${1}` and the like stand for what is not known yet. */
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
