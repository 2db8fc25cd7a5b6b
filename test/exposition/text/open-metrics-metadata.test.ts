// TYPE, UNIT and HELP of OpenMetrics, and the order of a body's lines.
import { describe, expect, test } from 'vitest';
import { FamilyType } from '../../../src/exposition/family-table.ts';
import { bodyCases, CR_LF, NO_LINE_FEED } from '../body-cases.ts';
import { helpOf, readFamilies, sample, unitOf } from '../read-body.ts';

const FORMAT = { format: 'openMetrics', requiresEof: false } as const;
const { refuses, takes } = bodyCases(FORMAT);
const m = sample('m', {}, 1);

describe('TYPE', () => {
  const wanted =
    'expected counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown after TYPE, found';
  const words = ['untyped', 'Gauge', 'GAUGE', 'gaug', 'gauges', 'gauge ', ' gauge', 'gauge\t'];
  for (const word of [...words, 'gauge_histogram', 'gaugeHistogram', 'state_set', '5', 'gauge x'])
    refuses(`the type ${JSON.stringify(word)}`, `# TYPE m ${word}\n`, 1, `${wanted} ${JSON.stringify(word)}`);
  refuses('CR LF after the type', '# TYPE m gauge\r\n', 1, `${wanted} "gauge\\r"${CR_LF}`);
  refuses('no type', '# TYPE m \n', 1, `${wanted} the end of the line`);
  refuses('a type in a cut body', '# TYPE m gauge', 1, NO_LINE_FEED);
  const types: readonly (readonly [word: string, type: number])[] = [
    ['counter', FamilyType.counter],
    ['gauge', FamilyType.gauge],
    ['histogram', FamilyType.histogram],
    ['gaugehistogram', FamilyType.gaugeHistogram],
    ['summary', FamilyType.summary],
    ['info', FamilyType.info],
    ['stateset', FamilyType.stateset],
    ['unknown', FamilyType.unknown],
  ];
  for (const [word, type] of types)
    test(`takes the type ${word}`, () => {
      const families = readFamilies(`# TYPE m ${word}\nm 1\n`, FORMAT);
      expect([families.count, families.name(0), families.type[0]]).toEqual([1, 'm', type]);
    });
  test('is unknown if there is none', () => {
    expect(readFamilies('m 1\n', FORMAT).type[0]).toBe(FamilyType.unknown);
  });
});

describe('UNIT', () => {
  const suffix = (name: string, unit: string) =>
    `expected the name "${name}" to end in "_" and its UNIT, found UNIT ${JSON.stringify(unit)}`;
  refuses('one that the name does not end in', '# UNIT m seconds\n', 1, suffix('m', 'seconds'));
  refuses('one in other letters', '# UNIT m_seconds Seconds\n', 1, suffix('m_seconds', 'Seconds'));
  refuses('one without _ before it', '# UNIT mseconds seconds\n', 1, suffix('mseconds', 'seconds'));
  refuses('the whole name', '# UNIT seconds seconds\n', 1, suffix('seconds', 'seconds'));
  refuses('a part of a word', '# UNIT m_seconds econds\n', 1, suffix('m_seconds', 'econds'));
  refuses('one followed by a blank', '# UNIT m_s s \n', 1, suffix('m_s', 's '));
  refuses('two words', '# UNIT m_s s s\n', 1, suffix('m_s', 's s'));
  refuses('one that ends before _total', '# TYPE m counter\n# UNIT m_total total\n', 2, suffix('m', 'total'));
  for (const type of ['info', 'stateset']) {
    const none = 'expected no UNIT for an info or a stateset, found "s"';
    refuses(`one of an ${type}`, `# TYPE m_s ${type}\n# UNIT m_s s\n`, 2, none);
    refuses(`one before the TYPE ${type}`, `# UNIT m_s s\n# TYPE m_s ${type}\n`, 2, none);
    takes(`an empty one of an ${type}`, `# TYPE m ${type}\n# UNIT m \nm 1\n`, m);
  }
  takes('one of a family without samples', '# UNIT m_s s\n');
  const keeps = (lines: string, name: string, unit: string | undefined) =>
    test(`of ${JSON.stringify(lines)} is ${unit}`, () => expect(unitOf(lines, name, FORMAT)).toBe(unit));
  keeps('# UNIT m_s s\n', 'm_s', 's');
  keeps('# TYPE m_s counter\n# UNIT m_s s\nm_s_total 1\n', 'm_s', 's');
  keeps('# UNIT m_per_second per_second\n', 'm_per_second', 'per_second');
  keeps('# UNIT m \n', 'm', '');
  keeps('m 1\n', 'm', undefined);
});

describe('HELP', () => {
  const text = (what: string, line: string | Buffer, found: string) =>
    refuses(what, line, 1, `expected HELP in UTF-8, found ${found}`);
  text('a byte that UTF-8 does not have', Buffer.from('# HELP m x\xff\n', 'latin1'), '"x\ufffd"');
  for (let before = 0; before < 9; before++)
    text(
      `a cut letter after ${before} others`,
      Buffer.from(`# HELP m ${'x'.repeat(before)}\xc3123456789\n`, 'latin1'),
      `"${'x'.repeat(before)}\ufffd123456789"`,
    );
  refuses('a body that is cut in it', '# HELP m x', 1, NO_LINE_FEED);
  const keeps = (what: string, help: string) =>
    test(`keeps ${what} as it is`, () => {
      for (let length = 0; length < 6; length++) {
        const longer = 'x'.repeat(length) + help;
        expect(helpOf(`# HELP m ${longer}\nm 1\n`, 'm', FORMAT)).toBe(longer);
      }
    });
  keeps('nothing', '');
  keeps('blanks', '  \t ');
  keeps('escapes', 'a\\\\b\\nc\\"d');
  keeps('other escapes', '\\t\\x\\');
  keeps('a raw quote', 'say "x"');
  keeps('letters beyond ASCII', 'größe 中文 😀');
  keeps('NUL and a carriage return', '\0\r');
  keeps('what begins a comment', '# HELP m # EOF');
});

describe('a name after HELP, TYPE and UNIT', () => {
  const name = (found: string) => `expected a metric name after HELP, TYPE or UNIT, found ${found}`;
  const one = 'expected one space, found';
  for (const keyword of ['HELP', 'TYPE', 'UNIT']) {
    refuses(`${keyword} of nothing`, `# ${keyword}\n`, 1, `${one} the end of the line`);
    refuses(`${keyword} of nothing, with a space`, `# ${keyword} \n`, 1, name('the end of the line'));
    refuses(`${keyword} with a tab`, `# ${keyword}\tm gauge\n`, 1, `${one} "\\t"`);
    refuses(`${keyword} with two spaces`, `# ${keyword}  m gauge\n`, 1, name('" "'));
    refuses(`${keyword} of a name alone`, `# ${keyword} m\n`, 1, `${one} the end of the line`);
    refuses(`${keyword} of a name alone in a cut body`, `# ${keyword} m`, 1, NO_LINE_FEED);
    refuses(`${keyword} with a tab after the name`, `# ${keyword} m\tx\n`, 1, `${one} "\\t"`);
    for (const found of ['my-metric', '9v', 'met.ric', 'größe', 'm{a="b"}', 'm\r'])
      refuses(`${keyword} of ${found}`, `# ${keyword} ${found} gauge\n`, 1, name(JSON.stringify(found)));
  }
  refuses('the name of the line before with a tab', '# HELP m x\n# TYPE m\tgauge\n', 2, `${one} "\\t"`);
});

describe('metadata', () => {
  const lines = ['# TYPE m_s gauge', '# UNIT m_s s', '# HELP m_s text'];
  const value = sample('m_s', {}, 1);
  for (const [i, line] of lines.entries()) {
    const keyword = line.slice(2, 6);
    const once = `expected one ${keyword} for "m_s", found a second`;
    refuses(`${keyword} twice`, `${line}\n${line}\n`, 2, once);
    refuses(`${keyword} twice, not side by side`, `${lines.join('\n')}\n${line}\n`, 4, once);
    refuses(
      `${keyword} after a sample`,
      `m_s 1\n${line}\n`,
      2,
      `expected ${keyword} of "m_s" before its samples, found it after one`,
    );
    takes(`${keyword} alone`, `${line}\nm_s 1\n`, value);
    const order = [...lines.slice(i), ...lines.slice(0, i)];
    takes(`an order that begins with ${keyword}`, `${order.join('\n')}\nm_s 1\n`, value);
    takes(`an order that ends with ${keyword}`, `${order.reverse().join('\n')}\nm_s 1\n`, value);
  }
  refuses(
    'HELP twice if the first is empty',
    '# HELP m \n# HELP m \n',
    2,
    'expected one HELP for "m", found a second',
  );
  refuses(
    'UNIT twice if the first is empty',
    '# UNIT m \n# UNIT m \n',
    2,
    'expected one UNIT for "m", found a second',
  );
  refuses(
    'TYPE of a part',
    '# TYPE m counter\n# TYPE m_total gauge\n',
    2,
    'expected one TYPE for "m", found a second',
  );
  test('of a part is that of its family', () => {
    expect(helpOf('# TYPE m counter\n# HELP m_total x\nm_total 1\n', 'm', FORMAT)).toBe('x');
  });
});

describe('the lines of a family', () => {
  const together = (name: string, other: string) =>
    `expected all lines of "${name}" together, found another after one of "${other}"`;
  refuses('samples apart', 'a 1\nb 1\na{x="y"} 1\n', 3, together('a', 'b'));
  refuses('samples apart by metadata', 'a 1\n# TYPE b gauge\na{x="y"} 1\n', 3, together('a', 'b'));
  refuses(
    'samples apart by metadata of a family without samples',
    'a 1\n# HELP b x\na 2\n',
    3,
    together('a', 'b'),
  );
  refuses('metadata apart', '# TYPE a gauge\n# TYPE b gauge\n# HELP a x\n', 3, together('a', 'b'));
  refuses('samples apart from metadata', '# TYPE a gauge\n# TYPE b gauge\nb 1\na 1\n', 4, together('a', 'b'));
  refuses('metadata after other samples', 'a 1\nb 1\n# HELP a x\n', 3, together('a', 'b'));
  refuses('parts apart', '# TYPE h histogram\nh_count 1\nother 1\nh_sum 1\n', 4, together('h', 'other'));
  refuses(
    'a part of a counter apart',
    '# TYPE c counter\nc_total 1\n# TYPE d gauge\nd 1\nc_created 1\n',
    5,
    together('c', 'd'),
  );
  refuses(
    'the same name of no declared family apart',
    'c_total 1\nd 1\nc_total{x="y"} 1\n',
    3,
    together('c_total', 'd'),
  );
  const tooEarly = (name: string) =>
    `expected TYPE of a family before all of its samples, found "${name}" before it`;
  refuses('a part before the TYPE', 'c_total 1\n# TYPE c counter\nc_created 1\n', 1, tooEarly('c_total'));
  refuses(
    'a bucket before the TYPE',
    'x 1\nh_bucket 1\n# TYPE h histogram\nh_count 1\n',
    2,
    tooEarly('h_bucket'),
  );
  takes(
    'a part before a TYPE that has no samples',
    'c_total 1\n# TYPE c counter\n',
    sample('c_total', {}, 1),
  );
  takes(
    'families one after the other',
    'a 1\nb 1\nc 1\n',
    sample('a', {}, 1),
    sample('b', {}, 1),
    sample('c', {}, 1),
  );
  takes(
    'parts in any order',
    '# TYPE c counter\nc_created{a="b"} 1\nc_total{a="b"} 1\nc_created 1\nc_total 1\n',
    sample('c_created', { a: 'b' }, 1),
    sample('c_total', { a: 'b' }, 1),
    sample('c_created', {}, 1),
    sample('c_total', {}, 1),
  );
});
