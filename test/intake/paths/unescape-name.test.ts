import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unescapeName } from '../../../src/intake/paths/grouping-path.ts';

function keeps(name: string): void {
  expect(unescapeName(name)).toBe(name);
}

function unescapes(name: string, expected: string): void {
  expect(unescapeName(name), name).toBe(expected);
}

test('a name with any flaw in its escapes stays whole', () => {
  keeps('U__a_');
  keeps('U__a_b');
  keeps('U__a___b');
  keeps('U__a_2e');
  keeps('U__ok_2e_a_2e');
  keeps('U___g_');
  keeps('U___+2e_');
  keeps('U___ 2e_');
  keeps('U___-2_');
  keeps('U___2e_2e_');
  keeps('U_____');
});

test('a name that escapes no character of Unicode stays whole', () => {
  keeps('U___110000_');
  keeps('U___FFFFFF_');
  keeps('U___0000041_');
  keeps('U___D800_');
  keeps('U___dfff_');
  keeps('U___D83D__DE00_');
  keeps('U__a_2e_b_D800_');
});

test('a name without the prefix stays whole', () => {
  keeps('');
  keeps('U');
  keeps('U_');
  keeps('U_a_2e_');
  keeps('u__a_2e_');
  keeps('aU__a_2e_');
  keeps('__a');
  keeps('a_2e_b');
});

test('an escaped name is the name that was meant', () => {
  unescapes('U__', '');
  unescapes('U__a', 'a');
  unescapes('U__a__b', 'a_b');
  unescapes('U____', '_');
  unescapes('U______x', '__x');
  unescapes('U__U__x', 'U_x');
  unescapes('U__l_2e_1', 'l.1');
  unescapes('U__l_2E_1', 'l.1');
  unescapes('U___2e__2e_', '..');
  unescapes('U__a_2e____2e_b', 'a._.b');
  unescapes('U__j_6f_b', 'job');
  unescapes('U___0_', '\0');
  unescapes('U___e4_', 'ä');
  unescapes('U___1F600_', '😀');
  unescapes('U___01f600_', '😀');
  unescapes('U___10FFFF_', '\u{10ffff}');
  unescapes('U__ä_2e_', 'ä.');
  unescapes('U__a\n_2e_', 'a\n.');
});

/** As the clients escape. */
function escaped(name: string): string {
  const pieces = [...name].map((character) => {
    if (character === '_') return '__';
    return /[a-zA-Z0-9:]/.test(character)
      ? character
      : `_${character.codePointAt(0)!.toString(16).toUpperCase()}_`;
  });
  return `U__${pieces.join('')}`;
}

test('any name comes back from its escaped form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => unescapes(escaped(name), name)),
  );
});

test('whatever is unescaped, it is whole Unicode or the name as it was', () => {
  const name = fc.stringMatching(/^U__([_0-9a-fA-F]|_[dD][89aAbB]00_|_10[fF]{4}_|.){0,12}$/u);
  fc.assert(
    fc.property(name, (written) => {
      const read = unescapeName(written);
      if (read !== written) expect(read.isWellFormed() || !written.isWellFormed()).toBe(true);
    }),
  );
});

test('a long name costs no more than its length', () => {
  const long = `U__${'_2e_'.repeat(100_000)}`;
  expect(unescapeName(long)).toBe('.'.repeat(100_000));
  keeps(`${long}_`);
});
