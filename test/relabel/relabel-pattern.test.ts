// Go's rules for groups in a replacement (https://pkg.go.dev/regexp#Regexp.Expand).

import { expect, test } from 'vitest';
import { parseReplacement, RelabelPattern } from '../../src/relabel/relabel-pattern.ts';

const MATCH = new RelabelPattern('(?P<k>a)(?P<m>b)(x)?(?P<x1>c)').match('abc')!;

function expands(template: string, expected: string): void {
  expect(parseReplacement(template).expand(MATCH), template).toBe(expected);
}

test('a dollar sign that begins no group stays as it is', () => {
  expands('$', '$');
  expands('a$-b', 'a$-b');
  expands('${', '${');
  expands(`\${}`, `\${}`);
  expands('${1', '${1');
  expands(`\${a b}`, `\${a b}`);
  expands('$$', '$');
  expands('$$1', '$1');
  expands('$$$1', '$a');
});

test('a group that is not there, or did not match, is empty', () => {
  expands('-$9-', '--');
  expands('-$3-', '--');
  expands('-$nobody-', '--');
  expands('-$constructor-', '--');
  expands('-$99999999999-', '--');
});

test('groups are filled in by number and by name, and a name reaches as far as it can', () => {
  expands('$1', 'a');
  expands(`\${2}`, 'b');
  expands('$0', 'abc');
  expands('$k$m', 'ab');
  expands('$ké', '');
  expands(`\${k}_`, 'a_');
  expands('$1_x', '');
  expands('$1x', '');
  expands(`\${1}x`, 'ax');
  expands('$x1', 'c');
  expands('$01', '');
  expands('$1-$2', 'a-b');
  expands('$4', 'c');
});
