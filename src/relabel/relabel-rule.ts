// A relabeling rule made ready to run, with the meaning that it has in Prometheus
// (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config).

import { createHash } from 'node:crypto';
import type { RelabelConfig } from '../config/config.ts';
import type { LabelBuilder } from './label-text.ts';
import { toLower, toUpper } from './letter-case.ts';
import { parseReplacement, RelabelPattern } from './relabel-pattern.ts';

/** Changes the labels; false drops their series. */
export type RelabelRule = (labels: LabelBuilder) => boolean;

/** Whether the rule only chooses between series and leaves their labels alone. */
export function onlyChooses({ action }: RelabelConfig): boolean {
  return action === 'keep' || action === 'drop' || action === 'keepequal' || action === 'dropequal';
}

export function compileRule(config: RelabelConfig, names: NameRules): RelabelRule {
  const { action, targetLabel } = config;
  const joined = joinOf(config);
  switch (action) {
    case 'replace':
      return replaceRule(config, names);
    case 'keep':
    case 'drop':
      return matchRule(config, action === 'keep');
    case 'keepequal':
      return (labels) => labels.get(targetLabel) === joined(labels);
    case 'dropequal':
      return (labels) => labels.get(targetLabel) !== joined(labels);
    case 'lowercase':
      return setRule(targetLabel, (labels) => toLower(joined(labels)));
    case 'uppercase':
      return setRule(targetLabel, (labels) => toUpper(joined(labels)));
    case 'hashmod':
      return setRule(targetLabel, (labels) => hashModulo(joined(labels), config.modulus));
    case 'labelmap':
      return mapRule(config, names);
    case 'labeldrop':
    case 'labelkeep':
      return nameRule(config, action === 'labelkeep');
  }
}

type TextOf = (labels: LabelBuilder) => string;

/** The values of the source labels with the separator between them. */
function joinOf({ sourceLabels, separator }: RelabelConfig): TextOf {
  if (sourceLabels.length === 1) return (labels) => labels.get(sourceLabels[0]!);
  return (labels) => sourceLabels.map((name) => labels.get(name)).join(separator);
}

/** Leaves the labels unchanged if the expanded name is not a valid label name, which is known only after the match. */
function replaceRule(config: RelabelConfig, names: NameRules): RelabelRule {
  const joined = joinOf(config);
  const pattern = new RelabelPattern(config.regex);
  const target = parseReplacement(config.targetLabel);
  const replacement = parseReplacement(config.replacement);
  return (labels) => {
    const match = pattern.match(joined(labels));
    if (match === undefined) return true;
    const name = target.expand(match);
    if (names.isLabelName(name)) labels.set(name, replacement.expand(match));
    return true;
  };
}

function matchRule(config: RelabelConfig, keeps: boolean): RelabelRule {
  const joined = joinOf(config);
  const pattern = new RelabelPattern(config.regex);
  return (labels) => pattern.matches(joined(labels)) === keeps;
}

function setRule(name: string, value: TextOf): RelabelRule {
  return (labels) => {
    labels.set(name, value(labels));
    return true;
  };
}

/** Prometheus would go on with a name that no backend takes; here such a copy is left out. */
function mapRule(config: RelabelConfig, names: NameRules): RelabelRule {
  const pattern = new RelabelPattern(config.regex);
  const replacement = parseReplacement(config.replacement);
  return (labels) => {
    for (const [name, value] of labels.labels()) {
      const match = pattern.match(name);
      const copy = match === undefined ? '' : replacement.expand(match);
      if (names.isLabelName(copy)) labels.set(copy, value);
    }
    return true;
  };
}

function nameRule({ regex }: RelabelConfig, keeps: boolean): RelabelRule {
  const pattern = new RelabelPattern(regex);
  return (labels) => {
    for (const [name] of labels.labels()) if (pattern.matches(name) !== keeps) labels.delete(name);
    return true;
  };
}

/** The last eight bytes of the MD5 sum, as Prometheus has always had it: not for security. */
function hashModulo(text: string, modulus: number): string {
  const hash = createHash('md5').update(text).digest().readBigUInt64BE(8);
  return String(hash % BigInt(modulus));
}

/**
 * Which names a series and its labels may have after relabeling: the classic character sets, or any UTF-8
 * (https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels).
 */
export interface NameRules {
  isMetricName(name: string): boolean;
  isLabelName(name: string): boolean;
}

const CLASSIC: NameRules = {
  isMetricName: (name) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name),
  isLabelName: (name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name),
};
const UTF8: NameRules = {
  isMetricName: (name) => name !== '',
  isLabelName: (name) => name !== '',
};

export function nameRules(utf8Names: boolean): NameRules {
  return utf8Names ? UTF8 : CLASSIC;
}
