// Relabeling rules in the configuration: refused if Prometheus refuses them, each problem at its key.
import { describe, expect, it } from 'vitest';
import type { RelabelConfig } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import { BACKEND, backendProblems, problemsOf } from '../problems-of.ts';

/** What is wrong with one rule, in one line of YAML. */
function refused(rule: string, ...problems: string[]): void {
  const lines = backendProblems(`writeRelabelConfigs: [{ ${rule} }]`);
  expect(
    lines.map((line) => line.replace(/^\d+:\d+: remoteWrite\[0\]\.writeRelabelConfigs\[0\]\.?/, '')),
  ).toEqual(problems);
}

function rulesOf(rules: string, env = {}, push = ''): readonly RelabelConfig[] {
  const text = `push: { pushgateway: { metricRelabelConfigs: [${rules}]${push} } }${BACKEND}`;
  return parseConfig(text, 'c.yaml', env).push.pushgateway.metricRelabelConfigs;
}

describe('a rule', () => {
  it('is refused with the line and column of its key', () => {
    const text = `push:\n  pushgateway:\n    metricRelabelConfigs:\n      - action: keep\n        regex: "a("${BACKEND}`;
    expect(problemsOf(text)).toEqual([
      '5:9: push.pushgateway.metricRelabelConfigs[0].regex: expected a regular expression in RE2 syntax, found "a(" at character 1 (missing closing ))',
    ]);
  });

  it('is refused with an action that there is not, or keys that it does not know', () => {
    const actions =
      'replace, keep, drop, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase, keepequal, dropequal';
    refused('action: remove', `action: expected one of ${actions}, found "remove"`);
    refused('action: 5', `action: expected one of ${actions}, found a number`);
    refused('action: drop, source_labels: [a]', 'source_labels: unknown key, did you mean "sourceLabels"?');
  });

  it('is refused with an expression that RE2 does not know, and the place is named', () => {
    const regex = (text: string, seen: string) =>
      refused(
        `action: drop, regex: '${text}'`,
        `regex: expected a regular expression in RE2 syntax, found ${seen}`,
      );
    regex('a(?=b)', '"(?=" at character 2 (invalid or unsupported Perl syntax)');
    regex('éa**', '"**" at character 3 (invalid nested repetition operator)');
    regex('a)|(b', '"a)|(b" at character 1 (unexpected ))');
    regex('(a)\\1', '"\\\\1" at character 4 (invalid escape sequence)');
    regex('a{1001}', '"{1001}" at character 2 (invalid repeat count)');
    regex('[z-a]', '"z-a" at character 2 (invalid character class range)');
    regex('\\p{Nobody}', '"\\\\p{Nobody}" at character 1 (invalid character class range)');
    regex('a\\Qb', '"\\\\Q" at character 2 (missing \\E)');
    regex('(?P<n>a)(?P<n>b)', '"n" at character 5 (duplicate capture group name)');
  });

  it('is refused without the key that its action needs', () => {
    for (const action of ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal']) {
      const modulus = action === 'hashmod' ? ', modulus: 8' : '';
      refused(
        `action: ${action}${modulus}`,
        `targetLabel: expected a target label for ${action}, found none`,
      );
    }
    refused(
      'action: hashmod, targetLabel: a',
      'modulus: expected a modulus of 1 or more for hashmod, found none',
    );
    refused(
      'action: labelmap, replacement: ""',
      'replacement: expected a new name for labelmap, found an empty value',
    );
  });

  it('is refused with a key that its action does not take', () => {
    for (const action of ['lowercase', 'uppercase'])
      refused(
        `action: ${action}, targetLabel: a, replacement: x`,
        `replacement: expected none for ${action}, found one`,
      );
    for (const action of ['keepequal', 'dropequal']) {
      const only = `expected only sourceLabels and targetLabel for ${action}, found`;
      refused(`action: ${action}, targetLabel: a, regex: x`, `regex: ${only} regex next to it`);
      refused(`action: ${action}, targetLabel: a, separator: x`, `separator: ${only} separator next to it`);
      refused(`action: ${action}, targetLabel: a, modulus: 2`, `modulus: ${only} modulus next to it`);
      refused(
        `action: ${action}, targetLabel: a, replacement: x`,
        `replacement: ${only} replacement next to it`,
      );
    }
    for (const action of ['labeldrop', 'labelkeep']) {
      const only = `expected only regex for ${action}, found`;
      refused(`action: ${action}, sourceLabels: [a]`, `sourceLabels: ${only} sourceLabels next to it`);
      refused(`action: ${action}, targetLabel: a`, `targetLabel: ${only} targetLabel next to it`);
      refused(`action: ${action}, separator: x`, `separator: ${only} separator next to it`);
      refused(`action: ${action}, modulus: 2`, `modulus: ${only} modulus next to it`);
      refused(`action: ${action}, replacement: x`, `replacement: ${only} replacement next to it`);
    }
  });

  it('is refused with a name that no label can have, unless utf8Names lets it', () => {
    const hint = '(other characters need utf8Names: true)';
    const name = (rule: string, key: string, seen: string) => {
      refused(rule, `${key}: expected a label name, found "${seen}" ${hint}`);
      expect(rulesOf(`{ ${rule} }`, {}, ', utf8Names: true')).toHaveLength(1);
    };
    name('targetLabel: a-b', 'targetLabel', 'a-b');
    name('targetLabel: 1a', 'targetLabel', '1a');
    name('targetLabel: "$1-x"', 'targetLabel', '$1-x');
    name('targetLabel: "1$1"', 'targetLabel', '1$1');
    name('action: hashmod, modulus: 2, targetLabel: "a$1"', 'targetLabel', 'a$1');
    name('action: lowercase, targetLabel: "$a"', 'targetLabel', '$a');
    name('action: dropequal, targetLabel: "é"', 'targetLabel', 'é');
    name('action: labelmap, replacement: "a.$1"', 'replacement', 'a.$1');
    name('action: keep, sourceLabels: [a, "b c"]', 'sourceLabels[1]', 'b c');
    refused('targetLabel: ""', 'targetLabel: expected a label name, found an empty value');
    refused(
      'action: keep, sourceLabels: [""]',
      'sourceLabels[0]: expected a label name, found an empty value',
    );
  });

  it('is refused with values of another type', () => {
    refused('action: keep, sourceLabels: a', 'sourceLabels: expected a list, found text');
    refused('action: keep, regex: 5', 'regex: expected text (in quotes), found a number');
    refused('targetLabel: a, replacement: true', 'replacement: expected text (in quotes), found a boolean');
    refused(
      'action: hashmod, targetLabel: a, modulus: -1',
      'modulus: expected a whole number from 0 to 9007199254740991, found -1',
    );
    refused(
      'targetLabel: a, replacement: "\\uD800"',
      'replacement: expected text of whole characters, found half a surrogate pair',
    );
    expect(backendProblems('writeRelabelConfigs: {}')).toEqual([
      '2:38: remoteWrite[0].writeRelabelConfigs: expected a list, found a mapping',
    ]);
  });

  it('is taken with its defaults, its action in any case', () => {
    const rule = {
      sourceLabels: [],
      separator: ';',
      regex: '(.*)',
      modulus: 0,
      targetLabel: 'a',
      replacement: '$1',
    };
    expect(rulesOf('{ targetLabel: a }')).toEqual([{ ...rule, action: 'replace' }]);
    expect(rulesOf('{ action: HashMod, targetLabel: a, modulus: 8 }')).toEqual([
      { ...rule, action: 'hashmod', modulus: 8 },
    ]);
    expect(rulesOf('{ action: labelDROP }')).toEqual([{ ...rule, action: 'labeldrop', targetLabel: '' }]);
    for (const target of ['$1', 'a_$1', `\${1}_a`, '$name', `__tmp_\${1}b$c`])
      expect(rulesOf(`{ targetLabel: "${target}" }`)).toEqual([
        { ...rule, action: 'replace', targetLabel: target },
      ]);
  });
});

describe('a dollar sign in a rule', () => {
  const replacement = (text: string, env = {}) =>
    rulesOf(`{ targetLabel: a, replacement: '${text}' }`, env)[0]?.replacement;

  it('is refused if it begins a variable that is not set, or none at all', () => {
    const rule = (text: string) =>
      backendProblems(`writeRelabelConfigs: [{ targetLabel: a, replacement: '${text}' }]`);
    const at = '2:78: remoteWrite[0].writeRelabelConfigs[0].replacement: expected';
    expect(rule(`\${name}`)).toEqual([
      `${at} environment variable name to be set, found it unset (write \${name:default} to give a default)`,
    ]);
    expect(rule(`\${1a}`)).toEqual([
      `${at} a variable name of letters, digits and "_" after "\${", found something else (write "$$" for a dollar sign)`,
    ]);
  });

  it('is left alone before the number or the bare name of a group', () => {
    expect(replacement('$1')).toBe('$1');
    expect(replacement(`\${1}`)).toBe(`\${1}`);
    expect(replacement(`x\${1}_$2\${10}y$name`)).toBe(`x\${1}_$2\${10}y$name`);
    expect(replacement('$$1')).toBe('$1');
    expect(replacement(`$\${1}`)).toBe(`\${1}`);
    expect(replacement(`$\${name}`)).toBe(`\${name}`);
    expect(replacement('$$$$')).toBe('$$');
  });

  it('begins a variable as everywhere else, also next to groups', () => {
    expect(replacement(`\${TEAM}-\${1}`, { TEAM: 'a' })).toBe(`a-\${1}`);
    expect(replacement(`\${TEAM:none}$1`)).toBe('none$1');
  });

  it('is an error before a number elsewhere', () => {
    expect(problemsOf(`labels: { defaults: { a: '\${1}' } }${BACKEND}`)).toHaveLength(1);
  });
});
