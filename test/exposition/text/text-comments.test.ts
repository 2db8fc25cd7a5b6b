// Comments, HELP and TYPE of the text format.
import { describe, expect, test } from 'vitest';
import { FamilyType } from '../../../src/exposition/family-table.ts';
import { bodyCases, CR_LF } from '../body-cases.ts';
import { helpOf, readBody, readFamilies, sample } from '../read-body.ts';

const { refuses, takes } = bodyCases();
const m = sample('m', {}, 1);

describe('a comment', () => {
  const comments = [
    '#',
    '# ',
    '# EOF',
    '# UNIT m seconds',
    '# help m x',
    '# type m bad',
    '# Help m x',
    '# HELP: x',
  ];
  for (const line of [
    ...comments,
    '##',
    '#!',
    '# TYPES m bad',
    '#EOF',
    ' # x',
    '\t#',
    '# HELPm',
    '# m 1',
    '# \\',
  ])
    takes(JSON.stringify(line), `${line}\nm 1\n`, m);
});

describe('HELP and TYPE of nothing', () => {
  for (const line of [
    '# HELP',
    '# TYPE',
    '# HELP ',
    '# TYPE \t',
    '# HELP m',
    '# TYPE m',
    '# HELP m ',
    '# TYPE m\t',
  ]) {
    takes(`${JSON.stringify(line)} twice`, `${line}\n${line}\nm 1\n`, m);
    takes(
      `${JSON.stringify(line)} before those that say something`,
      `${line}\n# HELP m x\n# TYPE m gauge\nm 1\n`,
      m,
    );
  }
  takes('a family without samples', '# HELP x text\n# TYPE x histogram\nm 1\n', m);
});

describe('a name after HELP and TYPE', () => {
  const name = (found: string) => `expected a metric name after HELP or TYPE, found ${JSON.stringify(found)}`;
  for (const keyword of ['HELP', 'TYPE']) {
    for (const found of ['my-metric', '9v', 'met.ric', 'größe', '-', 'm{a="b"}'])
      refuses(`${keyword} of ${found}`, `# ${keyword} ${found} gauge\n`, 1, name(found));
    refuses(`${keyword} of a bad name alone`, `# ${keyword} a-b\n`, 1, name('a-b'));
    refuses(`${keyword} with CR LF after the name`, `# ${keyword} m\r\n`, 1, `${name('m\r')}${CR_LF}`);
  }
});

describe('TYPE', () => {
  const types: readonly (readonly [word: string, type: number])[] = [
    ['counter', FamilyType.counter],
    ['gauge', FamilyType.gauge],
    ['untyped', FamilyType.unknown],
    ['summary', FamilyType.summary],
    ['histogram', FamilyType.histogram],
    ['gaugehistogram', FamilyType.gaugeHistogram],
    ['gauge_histogram', FamilyType.gaugeHistogram],
    ['GAUGE', FamilyType.gauge],
    ['Counter', FamilyType.counter],
    ['hISTOGRAM', FamilyType.histogram],
    ['Gauge_Histogram', FamilyType.gaugeHistogram],
  ];
  const wanted = 'expected counter, gauge, histogram, gaugehistogram, summary or untyped after TYPE, found';
  for (const word of [
    'unknown',
    'info',
    'stateset',
    'gaug',
    'gauges',
    'gauge ',
    'gauge\t',
    'gauge gauge',
    '5',
    'ＧAUGE',
    'gauge\0',
  ])
    refuses(`the type ${JSON.stringify(word)}`, `# TYPE m ${word}\n`, 1, `${wanted} ${JSON.stringify(word)}`);
  for (const byte of ['\u0007auge', 'GAUGE\u001f', 'gauge histogram', 'gauge\u007fhistogram'])
    refuses(
      `the type ${JSON.stringify(byte)}, close by in bits`,
      `# TYPE m ${byte}\n`,
      1,
      `${wanted} ${JSON.stringify(byte).replace('\u007f', '\\u007f')}`,
    );
  const once = (name: string) => `expected one TYPE for "${name}", found a second`;
  refuses('a second one', '# TYPE m gauge\n# TYPE m gauge\n', 2, once('m'));
  refuses('a second one that differs', '# TYPE m gauge\n# TYPE n gauge\n# TYPE m counter\n', 3, once('m'));
  refuses('one after untyped', '# TYPE m untyped\n# TYPE m untyped\n', 2, once('m'));
  refuses(
    'one after a sample',
    'm 1\n# TYPE m gauge\n',
    2,
    'expected TYPE of "m" before its samples, found it after one',
  );
  refuses('one for a part of a histogram', '# TYPE h histogram\n# TYPE h_count counter\n', 2, once('h'));
  refuses('one for a part of a summary', '# TYPE s summary\n# TYPE s_sum counter\n', 2, once('s'));
  for (const [word, type] of types) {
    test(`takes the type ${word}`, () => {
      const families = readFamilies(`# TYPE m ${word}\nm 1\n`);
      expect([families.count, families.name(0), families.type[0]]).toEqual([1, 'm', type]);
    });
  }
  for (const line of ['#TYPE m counter', '#\tTYPE\t m \t counter', '  #   TYPE   m   counter']) {
    test(`takes ${JSON.stringify(line)}`, () => {
      expect(readFamilies(`${line}\nm 1\n`).type[0]).toBe(FamilyType.counter);
    });
  }
  takes(
    'interleaved families',
    '# TYPE m gauge\n# TYPE n gauge\nm 1\nn 1\nm{a="b"} 1\n',
    m,
    sample('n', {}, 1),
    sample('m', { a: 'b' }, 1),
  );
});

describe('HELP', () => {
  const oneOf = 'expected one of \\\\ \\" \\n as escape in HELP, found';
  refuses('another escape', '# HELP m \\t\n', 1, `${oneOf} "\\\\t"`);
  refuses('a backslash at its end', '# HELP m x\\\nm 1\n', 1, `${oneOf} a backslash at the end of the line`);
  refuses(
    'a third backslash at its end',
    '# HELP m \\\\\\\n',
    1,
    `${oneOf} a backslash at the end of the line`,
  );
  refuses('a second one', '# HELP m x\n# HELP m x\n', 2, 'expected one HELP for "m", found a second');
  refuses(
    'a second one that differs',
    '# HELP m x\nm 1\n# HELP m y\n',
    3,
    'expected one HELP for "m", found a second',
  );
  takes('one after samples', 'm 1\n# HELP m x\n', m);
  takes('invalid UTF-8', Buffer.from('# HELP m \xff\xc3\nm 1\n', 'latin1'), m);

  const keeps = (what: string, line: string, help: string) =>
    test(`keeps ${what} as it is`, () => expect(helpOf(`${line}\nm 1\n`, 'm')).toBe(help));
  keeps('escapes', '# HELP m a\\\\b\\nc\\"d', 'a\\\\b\\nc\\"d');
  keeps('a raw quote', '# HELP m say "x"', 'say "x"');
  keeps('blanks at its end, not those before it', '# HELP m \t x \t', 'x \t');
  keeps('a carriage return', '# HELP m x\r', 'x\r');
  keeps('a hash', '# HELP m # HELP m x', '# HELP m x');
  test('ends at its line feed and shows a bad escape at every length', () => {
    for (let length = 0; length < 20; length++) {
      for (const letter of ['x', 'é', '\u000b', '[', '\0']) {
        const help = `a${letter.repeat(length)}`;
        expect(helpOf(`# HELP m ${help}\nm 1\n`, 'm')).toBe(help);
        expect(helpOf(`# HELP m ${help}\\\\\nm 1\n`, 'm')).toBe(`${help}\\\\`);
        expect(readBody(`# HELP m ${help}\\t${help}\nm 1\n`)).toBe(
          `Cannot parse exposition line 1: ${oneOf} "\\\\t"`,
        );
        expect(readBody(`# HELP m ${help}\\\nm 1\n`)).toContain('a backslash at the end of the line');
        for (const cut of [help, `${help}\\`, `${help}\\n`])
          expect(readBody(`# HELP m ${cut}`)).toContain('line feed');
      }
    }
  });
  test('belongs to the histogram if it names a part of one', () => {
    expect(helpOf('# TYPE h histogram\n# HELP h_count x\nh_count 1\n', 'h')).toBe('x');
  });
});

describe('comments in quotes', () => {
  refuses(
    'a name that is not classic',
    '# TYPE "a.b" gauge\n',
    1,
    'expected a metric name, found "a.b" (other characters need utf8Names: true)',
  );
  refuses(
    'text after the quote',
    '# TYPE "m"gauge\n',
    1,
    'expected a space after the metric name, found "g"',
  );
  refuses(
    'a missing quote',
    '# TYPE "m gauge\n',
    1,
    'expected a closing quote of the metric name, found the end of the line',
  );
  refuses(
    'a second TYPE',
    '# TYPE "m" gauge\n# TYPE m gauge\n',
    2,
    'expected one TYPE for "m", found a second',
  );
  takes('a name alone', '# HELP "m"\nm 1\n', m);
  test('a TYPE for a quoted name is that of the name', () => {
    expect(readFamilies('# TYPE "m" gauge\nm 1\n').type[0]).toBe(FamilyType.gauge);
  });
});
