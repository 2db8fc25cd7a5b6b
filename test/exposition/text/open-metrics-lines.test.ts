// Lines, blanks and the last line of OpenMetrics: one space between tokens, and nothing else anywhere.
import { describe, expect, test } from 'vitest';
import { cutEof } from '../../../src/exposition/text/open-metrics.ts';
import { ByteArena } from '../../../src/wire/byte-arena.ts';
import { bodyCases, CR_LF, NO_LINE_FEED } from '../body-cases.ts';
import { sample, withExemplar } from '../read-body.ts';

const { refuses, takes } = bodyCases({ format: 'openMetrics' });
const open = bodyCases({ format: 'openMetrics', requiresEof: false });
const m = sample('m', {}, 1);

describe('the last line', () => {
  const missing = 'expected "# EOF" as the last line, found the end of the body';
  const nothing = 'expected nothing after "# EOF", found';
  refuses('nothing at all', '', 1, missing);
  refuses('a body without it', 'm 1\n', 2, missing);
  refuses('a comment without it', '# TYPE m gauge\n', 2, missing);
  refuses(
    'one that is cut',
    'm 1\n# EO',
    2,
    'expected "# HELP", "# TYPE", "# UNIT" or "# EOF", found "# EO"',
  );
  refuses('one after a cut line', 'm 1# EOF\n', 1, 'expected a number as value, found "1#"');
  refuses('one that is not a line', 'm 1 # EOF\n', 1, 'expected "{" of an exemplar after "#", found "E"');
  refuses('a sample after it', '# EOF\nm 1\n', 1, `${nothing} "m"`);
  refuses('a blank line after it', 'm 1\n# EOF\n\n', 2, `${nothing} the end of the line`);
  refuses('a blank after its line', 'm 1\n# EOF\n ', 2, `${nothing} " "`);
  refuses('a second one', 'm 1\n# EOF\n# EOF\n', 2, `${nothing} another`);
  refuses('a third one', '# EOF\n# EOF\n# EOF', 1, `${nothing} "#"`);
  for (const line of ['#EOF', '# eof', '# EOF ', '#  EOF', '# EOF#', '# EOF\r', ' # EOF', '# EOF x'])
    test(`is not ${JSON.stringify(line)}`, () => expect(cut(`m 1\n${line}\n`)).toBeUndefined());
  takes('it alone', '# EOF\n');
  takes('it alone without a line feed', '# EOF');
  takes('it after samples', 'm 1\n# EOF\n', m);
  takes('it without a line feed', 'm 1\n# EOF', m);
  open.takes('nothing at all if it is not required', '');
  open.takes('samples if it is not required', 'm 1\n', m);
  open.takes('it if it is not required', 'm 1\n# EOF\n', m);
  open.refuses('a cut line if it is not required', 'm 1', 1, NO_LINE_FEED);
  open.refuses('something after it if it is not required', '# EOF\nm 1\n', 1, `${nothing} "m"`);

  test('is cut off, and only the last', () => {
    for (const [body, rest] of [
      ['# EOF', ''],
      ['# EOF\n', ''],
      ['m 1\n# EOF\n', 'm 1\n'],
      ['m 1\n# EOF', 'm 1\n'],
      ['# EOF\n# EOF\n', '# EOF\n'],
      ['\n# EOF\n', '\n'],
    ] as const)
      expect([body, cut(body)]).toEqual([body, rest]);
    for (const body of ['', '\n', '# EOF\n\n', 'x# EOF\n', '# EO', '# EOF\nm'])
      expect(cut(body)).toBeUndefined();
  });
});

describe('a line', () => {
  const name = 'expected a metric name, found';
  const keyword = 'expected "# HELP", "# TYPE", "# UNIT" or "# EOF", found';
  refuses('that is empty', '\n# EOF\n', 1, `${name} the end of the line`);
  refuses('that is empty between others', 'm 1\n\nm 2\n# EOF\n', 2, `${name} the end of the line`);
  refuses('of a space', ' \n# EOF\n', 1, `${name} " "`);
  refuses('with a space in front', ' m 1\n# EOF\n', 1, `${name} " "`);
  refuses('with a tab in front', '\tm 1\n# EOF\n', 1, `${name} "\\t"`);
  refuses('with CR LF', 'm 1\r\n# EOF\n', 1, `expected a number as value, found "1\\r"${CR_LF}`);
  refuses('of CR LF', '\r\n# EOF\n', 1, `${name} a carriage return${CR_LF}`);
  refuses('after a byte order mark', '\ufeffm 1\n# EOF\n', 1, `${name} "\ufeff"`);
  refuses('after NUL', '\0m 1\n# EOF\n', 1, `${name} "\\u0000"`);
  for (const line of [
    '#',
    '# ',
    '##',
    '# x',
    '#HELP m x',
    '# HELPm x',
    '#  HELP m x',
    '#\tHELP m x',
    '# help m x',
  ])
    refuses(
      `that reads ${JSON.stringify(line)}`,
      `${line}\n# EOF\n`,
      1,
      `${keyword} ${JSON.stringify(line)}`,
    );
  refuses('that is a long comment', `# ${'x'.repeat(70)}\n# EOF\n`, 1, `${keyword} "# ${'x'.repeat(58)}…"`);
  for (const line of ['# TYPES m gauge', '# HELP: m x', '# UNITS m x', '# Type m gauge'])
    refuses(
      `that begins ${JSON.stringify(line)}`,
      `${line}\n# EOF\n`,
      1,
      `${keyword} ${JSON.stringify(line)}`,
    );
});

describe('the space between two tokens', () => {
  const pieces = ['m', '{a="b",c="d"}', ' ', '1', ' ', '5', ' ', '#', ' ', '{x="y"}', ' ', '2', ' ', '6'];
  const all = withExemplar(sample('m', { a: 'b', c: 'd' }, 1, 5000), { x: 'y' }, 2, 6000);
  takes('one', `${pieces.join('')}\n# EOF\n`, all);
  const line = pieces.join('');
  test('is refused if there are two, or a tab', () => {
    for (const [at, piece] of pieces.entries()) {
      if (piece !== ' ') continue;
      for (const blank of ['  ', '\t', ' \t', '\u00a0', '']) {
        const changed = [...pieces.slice(0, at), blank, ...pieces.slice(at + 1)].join('');
        // Two numbers would be one.
        if (blank === '' && /\d/.test(pieces[at - 1]!) && /\d/.test(pieces[at + 1]!)) continue;
        expect([changed, typeof open.read(`${changed}\n`)]).toEqual([changed, 'string']);
      }
    }
  });

  test('is refused in any other place outside of strings', () => {
    const strings = /"[^"]*"/g;
    const inside = new Set<number>();
    for (const { index, 0: text } of line.matchAll(strings))
      for (let at = index + 1; at < index + text.length; at++) inside.add(at);
    for (let at = 0; at <= line.length; at++) {
      for (const blank of [' ', '\t', '\r', '\n']) {
        const changed = line.slice(0, at) + blank + line.slice(at);
        const isTaken = typeof open.read(`${changed}\n`) !== 'string';
        const isString = inside.has(at) && blank !== '\n';
        expect([changed, isTaken]).toEqual([changed, isString]);
      }
    }
  });
  const one = 'expected one space, found';
  refuses('none after the labels', 'm{a="b"}1\n# EOF\n', 1, `${one} "1"`);
  refuses('none before a sign', 'm-1\n# EOF\n', 1, `${one} "-"`);
  refuses('a tab after the name', 'm\t1\n# EOF\n', 1, `${one} "\\t"`);
  refuses('two after the name', 'm  1\n# EOF\n', 1, 'expected a number as value, found " "');
  refuses('a name alone', 'm\n# EOF\n', 1, `${one} the end of the line`);
  refuses('a name alone in a cut body', 'm', 1, `${one} the end of the body`);
  refuses(
    'one before the labels',
    'm {a="b"} 1\n# EOF\n',
    1,
    'expected a number as value, found "{a=\\"b\\"}"',
  );
  refuses('one before a label', 'm{ a="b"} 1\n# EOF\n', 1, 'expected a label name, found " "');
  refuses('one after a comma', 'm{a="b", c="d"} 1\n# EOF\n', 1, 'expected a label name, found " "');
  refuses('one before =', 'm{a ="b"} 1\n# EOF\n', 1, 'expected "=" after label name "a", found " "');
  refuses('one after =', 'm{a= "b"} 1\n# EOF\n', 1, 'expected a quoted value of label "a", found " "');
  refuses('one after a value', 'm{a="b" } 1\n# EOF\n', 1, 'expected "," or "}" after a label, found " "');
  refuses('one in empty braces', 'm{ } 1\n# EOF\n', 1, 'expected a label name, found " "');
  const timestamp = 'expected a timestamp in seconds after the value, found';
  const end = 'expected the end of the line or an exemplar after the timestamp, found';
  refuses('one after the value', 'm 1 \n# EOF\n', 1, `${timestamp} the end of the line`);
  refuses('two after the value', 'm 1  5\n# EOF\n', 1, `${timestamp} " "`);
  refuses('a tab after the value', 'm 1\t5\n# EOF\n', 1, `${one} "\\t"`);
  refuses('one after the timestamp', 'm 1 5 \n# EOF\n', 1, `${end} " "`);
  refuses('a second timestamp', 'm 1 5 6\n# EOF\n', 1, `${end} " "`);
  refuses('a tab after the timestamp', 'm 1 5\t\n# EOF\n', 1, `${one} "\\t"`);
});

/** What is before the last line; undefined if that is not `# EOF`. */
function cut(body: string): string | undefined {
  const arena = new ByteArena();
  const bytes = Buffer.from(body);
  arena.load([bytes], bytes.length, 0);
  const isCut = cutEof(arena);
  const rest = arena.bytes.toString('latin1', 0, arena.bodyEnd);
  if (!isCut) expect(rest).toBe(body);
  return isCut ? rest : undefined;
}
