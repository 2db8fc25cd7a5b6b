// Random relabeling rules and label sets over few names and values, so that they meet; some of the rules are refused.
import fc from 'fast-check';
import type { RelabelAction, RelabelConfig } from '../../../src/config/config.ts';
import type { RelabelCase } from './oracle.ts';

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
const CLASSIC_NAMES = ['__name__', 'a', 'b', 'ab', 'job', 'le', '__tmp', 'A1'];
const UTF8_NAMES = [...CLASSIC_NAMES, 'é', 'a.b', '😀', '\u{ffff}x', '1a', 'a b'];
const VALUES = [
  'a',
  'b',
  'ab',
  'AB',
  '1',
  'a;b',
  ';',
  'x y',
  'aé',
  'ÉΣß',
  'Σ😀',
  'a\nb',
  '$1',
  '\0',
  'm_total',
];

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    'A',
    '1',
    '_',
    ';',
    '.',
    'é',
    '😀',
    '\\.',
    '\\d',
    '\\w',
    '\\W',
    '\\s',
    '\\pL',
    '\\p{Greek}',
    '\\x{e9}',
  ],
  ...[
    '[a-c]',
    '[^a]',
    '[[:alpha:]]',
    '[^[:digit:]b]',
    '[\\w.]',
    '^',
    '$',
    '\\b',
    '\\B',
    '\\A',
    '\\z',
    '\\Qa.\\E',
    '\\n',
    '',
  ],
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,}', '{0,2}?');
const { expression } = fc.letrec<{ expression: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.tuple(atom, quantifier).map((parts) => parts.join('')),
    fc
      .tuple(
        fc.constantFrom('(', '(?:', '(?P<n>', '(?<m>', '(?i)(', '(?i:', '(?U:', '(?s-m:', '(?-s:'),
        tie('expression'),
        quantifier,
      )
      .map(([open, inner, repeat]) => `${open}${inner})${repeat}`),
  ),
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expression' },
    fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')),
    fc.tuple(tie('expression'), tie('expression')).map((sides) => sides.join('|')),
  ),
}));
const token = fc.constantFrom(
  'a',
  'b',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '1',
  ',',
  '-',
  '^',
  '?',
  ':',
  '|',
  '*',
  '\\',
  '.*',
  '(?P<n>',
  '\\pN',
  '\\Q',
);
const regex = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '(.*)',
      '.*',
      '(a)(.*)',
      '([^;]*);(.*)',
      '(?i)(a|b)',
      '.+',
      '',
      '(?P<n>.)(.*)',
    ),
  },
  { weight: 5, arbitrary: expression },
  { weight: 1, arbitrary: fc.array(token, { maxLength: 6 }).map((tokens) => tokens.join('')) },
);

const template = fc
  .array(
    fc.constantFrom(
      ...[
        '$1',
        `\${1}`,
        '$2',
        '$0',
        `\${n}`,
        '$n',
        '$m',
        '$$',
        '$',
        `\${`,
        `\${}`,
        '}',
        '$1_x',
        `\${1}_x`,
        '$01',
        '$é',
        `\${a b}`,
      ],
      ...['$999999999999', '$１', 'x', 'a', '_', '-', '1', 'é', '', '__name__', '.'],
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.join(''));

function rule(names: readonly string[]): fc.Arbitrary<RelabelConfig> {
  const name = fc.constantFrom(...names);
  const usual = <T>(fallback: T, other: fc.Arbitrary<T>, weight: number) =>
    fc.oneof({ weight: 12, arbitrary: fc.constant(fallback) }, { weight, arbitrary: other });
  return fc.constantFrom(...ACTIONS).chain((action) => {
    const isEqual = action.endsWith('equal');
    const isByName = action === 'labeldrop' || action === 'labelkeep';
    const takes = (is: boolean) => (is ? 40 : 1);
    return fc.record({
      action: fc.constant(action),
      sourceLabels: usual([], fc.array(name, { minLength: 1, maxLength: 3 }), takes(!isByName)),
      separator: usual(';', fc.constantFrom('', '-', ';;', 'é'), isByName || isEqual ? 1 : 8),
      regex: usual('(.*)', regex, takes(!isEqual)),
      modulus: usual(
        0,
        fc.constantFrom(1, 2, 7, 1000, Number.MAX_SAFE_INTEGER),
        action === 'hashmod' ? 60 : 1,
      ),
      targetLabel: usual('', fc.oneof({ weight: 4, arbitrary: name }, template), takes(!isByName)),
      replacement: usual('$1', template, takes(['replace', 'labelmap'].includes(action))),
    });
  });
}

function labelSet(names: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const others = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...VALUES), {
    maxKeys: 6,
    noNullPrototype: true,
  });
  return others.map((labels) => ({ __name__: 'm', ...labels }));
}

export const randomCase: fc.Arbitrary<RelabelCase> = fc.boolean().chain((utf8Names) => {
  const names = utf8Names ? UTF8_NAMES : CLASSIC_NAMES;
  return fc.record({
    utf8Names: fc.constant(utf8Names),
    rules: fc.array(rule(names), { minLength: 1, maxLength: 4 }),
    sets: fc.array(labelSet(names), { minLength: 1, maxLength: 6 }),
  });
});
