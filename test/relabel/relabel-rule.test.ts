// What each action of relabeling does, as Prometheus documents it.

import { describe, expect, test } from 'vitest';
import type { RelabelConfig } from '../../src/config/config.ts';
import { LabelBuilder } from '../../src/relabel/label-text.ts';
import { compileRule, nameRules } from '../../src/relabel/relabel-rule.ts';
import { relabelRule } from '../support/relabel-rule.ts';

type Labels = Readonly<Record<string, string>>;

/** The labels after the rules; undefined if they drop the series. */
function relabel(labels: Labels, rules: readonly Partial<RelabelConfig>[], utf8Names = false) {
  const builder = new LabelBuilder();
  builder.reset(Object.entries(labels));
  for (const rule of rules) {
    if (!compileRule(relabelRule(rule), nameRules(utf8Names))(builder)) return undefined;
  }
  return Object.fromEntries(builder.labels());
}

function drops(labels: Labels, rule: Partial<RelabelConfig>): void {
  expect(relabel(labels, [rule]), JSON.stringify(rule)).toBeUndefined();
}

function keeps(labels: Labels, rule: Partial<RelabelConfig>): void {
  expect(relabel(labels, [rule]), JSON.stringify(rule)).toEqual(labels);
}

function makes(labels: Labels, rule: Partial<RelabelConfig>, expected: Labels, utf8Names = false): void {
  expect(relabel(labels, [rule], utf8Names), JSON.stringify(rule)).toEqual(expected);
}

describe('replace', () => {
  test('does nothing if the expression does not match as a whole', () => {
    keeps({ a: 'foobar' }, { sourceLabels: ['a'], regex: 'foo', targetLabel: 'b', replacement: 'x' });
    keeps({ a: 'foobar' }, { sourceLabels: ['a'], regex: 'bar', targetLabel: 'b', replacement: 'x' });
    keeps({ a: 'ab' }, { sourceLabels: ['a'], regex: 'a|ac', targetLabel: 'b', replacement: 'x' });
  });

  test('does nothing if the target expands to something that is no label name', () => {
    keeps({ a: '1x' }, { sourceLabels: ['a'], targetLabel: '$1' });
    keeps({ a: 'x-y' }, { sourceLabels: ['a'], targetLabel: `\${1}_z` });
    keeps({ a: 'x' }, { sourceLabels: ['a'], regex: 'x(.*)', targetLabel: '$1' });
    makes({ a: 'x-y' }, { sourceLabels: ['a'], targetLabel: '$1' }, { a: 'x-y', 'x-y': 'x-y' }, true);
  });

  test('sets the target to the replacement with the groups in it', () => {
    makes({ a: 'foo' }, { sourceLabels: ['a'], targetLabel: 'b' }, { a: 'foo', b: 'foo' });
    makes(
      { a: 'foo' },
      { sourceLabels: ['a'], targetLabel: 'a', replacement: `x-\${1}-y` },
      { a: 'x-foo-y' },
    );
    makes({}, { targetLabel: 'b', replacement: 'constant' }, { b: 'constant' });
    makes({}, { targetLabel: 'b', replacement: 'empty: $1' }, { b: 'empty: ' });
    const pair = { sourceLabels: ['a', 'b'], regex: '(f.*);(.*)r', replacement: `$2\${1}$0` };
    makes({ a: 'foo', b: 'bar' }, { ...pair, targetLabel: 'c' }, { a: 'foo', b: 'bar', c: 'bafoofoo;bar' });
    makes(
      { a: 'x_y' },
      { sourceLabels: ['a'], regex: '(?P<l>.*)_(?<r>.*)', targetLabel: '$l', replacement: `\${r}$l` },
      { a: 'x_y', x: 'yx' },
    );
  });

  test('deletes the target if the result is empty', () => {
    makes({ a: 'foo', b: 'old' }, { sourceLabels: ['none'], targetLabel: 'b' }, { a: 'foo' });
    makes({ a: 'foo', b: 'old' }, { targetLabel: 'b', replacement: '' }, { a: 'foo' });
    makes({ a: 'foo', b: 'old' }, { sourceLabels: ['a'], targetLabel: 'b', replacement: '$2' }, { a: 'foo' });
  });

  test('joins the source labels with the separator, those that are missing too', () => {
    const labels = { a: '1', c: '3' };
    makes(labels, { sourceLabels: ['a', 'b', 'c'], targetLabel: 'd' }, { ...labels, d: '1;;3' });
    makes(labels, { sourceLabels: ['c', 'a'], separator: '', targetLabel: 'd' }, { ...labels, d: '31' });
  });

  test('takes line ends for characters like any other', () => {
    makes({ a: 'x\ny' }, { sourceLabels: ['a'], regex: 'x.(.*)', targetLabel: 'a' }, { a: 'y' });
  });
});

describe('keep and drop', () => {
  test('go by a match of the whole value', () => {
    drops({ a: 'foo' }, { action: 'drop', sourceLabels: ['a'], regex: 'f.*' });
    keeps({ a: 'foo' }, { action: 'drop', sourceLabels: ['a'], regex: 'f' });
    drops({ a: 'foo' }, { action: 'keep', sourceLabels: ['a'], regex: 'f' });
    keeps({ a: 'foo' }, { action: 'keep', sourceLabels: ['a'], regex: '(?i)FO{2}' });
    drops({ a: 'foo' }, { action: 'drop', sourceLabels: ['missing'], regex: '' });
    drops({ a: '1', b: '2' }, { action: 'drop', sourceLabels: ['a', 'b'], separator: '-', regex: '1-2' });
  });

  test('are the end of the rules for a series', () => {
    const drop = { action: 'drop', sourceLabels: ['a'], regex: '1' } as const;
    expect(relabel({ a: '1' }, [drop, { targetLabel: 'a', replacement: '2' }])).toBeUndefined();
    expect(relabel({ a: '1' }, [{ targetLabel: 'a', replacement: '2' }, drop])).toEqual({ a: '2' });
  });
});

describe('keepequal and dropequal', () => {
  test('compare the joined values with the target', () => {
    drops({ a: '1', b: '2' }, { action: 'keepequal', sourceLabels: ['a'], targetLabel: 'b' });
    keeps({ a: '1', b: '1' }, { action: 'keepequal', sourceLabels: ['a'], targetLabel: 'b' });
    drops({ a: '1', b: '1' }, { action: 'dropequal', sourceLabels: ['a'], targetLabel: 'b' });
    keeps({ a: '1', b: '2' }, { action: 'dropequal', sourceLabels: ['a'], targetLabel: 'b' });
    drops({ a: '1', b: '2', c: '1;2' }, { action: 'dropequal', sourceLabels: ['a', 'b'], targetLabel: 'c' });
    drops({ a: '1' }, { action: 'dropequal', sourceLabels: ['x'], targetLabel: 'y' });
  });
});

describe('hashmod', () => {
  test("sets the target to Prometheus's hash, modulo", () => {
    const labels = { a: 'foo', b: 'bar', c: 'baz' };
    const hash = { action: 'hashmod', targetLabel: 'd' } as const;
    // The two cases of Prometheus's own tests.
    makes(labels, { ...hash, sourceLabels: ['c'], modulus: 1000 }, { ...labels, d: '976' });
    makes(
      { a: 'foo\nbar' },
      { ...hash, sourceLabels: ['a'], targetLabel: 'b', modulus: 1000 },
      { a: 'foo\nbar', b: '734' },
    );
    makes({}, { ...hash, modulus: 1 }, { d: '0' });
    makes({}, { ...hash, modulus: Number.MAX_SAFE_INTEGER }, { d: '10552415373770' });
  });
});

describe('labelmap', () => {
  test('leaves a name out that no label may have', () => {
    makes({ x_1: 'v' }, { action: 'labelmap', regex: 'x_(.*)' }, { x_1: 'v' });
    makes({ x_1: 'v' }, { action: 'labelmap', regex: 'x_(.*)' }, { x_1: 'v', 1: 'v' }, true);
    makes({ x_: 'v' }, { action: 'labelmap', regex: 'x_(.*)' }, { x_: 'v' }, true);
  });

  test('copies labels to the names that come out, the last of several winning', () => {
    makes(
      { a1: '1', b: '2' },
      { action: 'labelmap', regex: '(a)1', replacement: 'x_$1' },
      { a1: '1', b: '2', x_a: '1' },
    );
    makes({ a1: '1', a2: '2' }, { action: 'labelmap', regex: '(a).' }, { a1: '1', a2: '2', a: '2' });
    makes({ a: '1', b: '2' }, { action: 'labelmap', regex: 'a', replacement: 'b' }, { a: '1', b: '1' });
  });

  test('goes through the labels that were there first, then through those that other rules have set', () => {
    const set = { targetLabel: 'a', replacement: 'new' };
    const map = { action: 'labelmap', regex: '[az]', replacement: 'm' } as const;
    expect(relabel({ a: 'old', z: 'last' }, [set, map])).toEqual({ z: 'last', a: 'new', m: 'new' });
  });
});

describe('labeldrop and labelkeep', () => {
  test('go by the whole name', () => {
    makes({ a: '1', ab: '2', b: '3' }, { action: 'labeldrop', regex: 'a.?' }, { b: '3' });
    keeps({ ab: '2' }, { action: 'labeldrop', regex: 'a' });
    makes({ a: '1', ab: '2', b: '3' }, { action: 'labelkeep', regex: 'a.?' }, { a: '1', ab: '2' });
    makes({ a: '1' }, { action: 'labeldrop' }, {});
  });
});

describe('lowercase and uppercase', () => {
  test('map each character to one', () => {
    const to = (action: 'lowercase' | 'uppercase', from: string, value: string) =>
      makes({ a: from }, { action, sourceLabels: ['a'], targetLabel: 'a' }, { a: value });
    to('lowercase', 'FooBÄR', 'foobär');
    to('uppercase', 'FooBär', 'FOOBÄR');
    // JavaScript's own functions make "ΑΣ" end in a final sigma, and two characters of these others.
    to('lowercase', 'ΑΣ', 'ασ');
    to('lowercase', 'İ', 'i');
    to('uppercase', 'straße', 'STRAßE');
    to('uppercase', 'ﬁ', 'ﬁ');
    to('uppercase', 'ᾀᾳῃῳ', 'ᾈᾼῌῼ');
    to('uppercase', 'ᾈᾼ', 'ᾈᾼ');
    to('uppercase', '𐐨😀', '𐐀😀');
  });

  test('join their source labels, and set nothing if these have no value', () => {
    makes(
      { a: 'X', b: 'Y' },
      { action: 'lowercase', sourceLabels: ['a', 'b'], targetLabel: 'c' },
      { a: 'X', b: 'Y', c: 'x;y' },
    );
    makes({ c: 'old' }, { action: 'uppercase', sourceLabels: ['a'], targetLabel: 'c' }, {});
  });
});
