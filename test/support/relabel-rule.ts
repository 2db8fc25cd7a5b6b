// A relabeling rule for tests, with the defaults that the configuration gives.
import type { RelabelConfig } from '../../src/config/config.ts';

export function relabelRule(rule: Partial<RelabelConfig>): RelabelConfig {
  return {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    regex: '(.*)',
    modulus: 0,
    targetLabel: '',
    replacement: '$1',
    ...rule,
  };
}
