// Names, labels, values and timestamps of OpenMetrics samples.
import { describe } from 'vitest';
import { bodyCases, NO_LINE_FEED } from '../body-cases.ts';
import { sample } from '../read-body.ts';

const { refuses, takes } = bodyCases({ format: 'openMetrics', requiresEof: false });
const m = sample('m', {}, 1);

describe('a metric name', () => {
  const name = (found: string) => `expected a metric name, found ${found}`;
  refuses('a digit in front', '9m 1\n', 1, name('"9"'));
  refuses('a letter beyond ASCII', 'é 1\n', 1, name('"é"'));
  for (const found of ['-', '.', 'ö', '#', '\0'])
    refuses(
      `${JSON.stringify(found)} in it`,
      `m${found}x 1\n`,
      1,
      `expected one space, found ${JSON.stringify(found)}`,
    );
  refuses('labels without one', '{a="b"} 1\n', 1, 'expected a metric name, found only labels');
  refuses('empty braces', '{} 1\n', 1, 'expected a metric name, found only labels');
  for (const found of ['m', ':', '_', 'a:b', 'M9', '__m'])
    takes(found, `${found} 1\n${found} 1\n`, sample(found, {}, 1), sample(found, {}, 1));
});

describe('labels', () => {
  /** Whether or not the line before had the same names. */
  const refusesLabels = (what: string, labels: string, problem: string) => {
    refuses(what, `m{${labels}} 1\n`, 1, problem);
    refuses(`${what}, after a good line`, `m{a="b",c="d"} 1\nm{${labels}} 1\n`, 2, problem);
  };
  const label = (found: string) => `expected a label name, found "${found}"`;
  refusesLabels('a comma alone', ',', label(','));
  refusesLabels('a comma in front', ',a="b"', label(','));
  refusesLabels('two commas at the end', 'a="b",,', label(','));
  refusesLabels('two commas between', 'a="b",,c="d"', label(','));
  refusesLabels('a missing comma', 'a="b"c="d"', 'expected "," or "}" after a label, found "c"');
  refusesLabels('an unquoted value', 'a=b', 'expected a quoted value of label "a", found "b"');
  refusesLabels('single quotes', "a='b'", 'expected a quoted value of label "a", found "\'"');
  refusesLabels('a missing =', 'a"b"', 'expected "=" after label name "a", found "\\""');
  refusesLabels('a name that begins with a digit', '1a="b"', label('1'));
  refusesLabels('a colon in a name', 'a:b="c"', 'expected "=" after label name "a", found ":"');
  refusesLabels('a dot in a name', 'a.b="c"', 'expected "=" after label name "a", found "."');
  refusesLabels(
    'a reserved name',
    '__a="b"',
    'expected a label name that does not begin with "__", found "__a"',
  );
  refusesLabels('a name twice', 'a="1",a="2"', 'expected each label name once, found "a" twice');
  refusesLabels(
    'a raw line feed',
    'a="b\nc"',
    'expected a closing quote of the label value, found the end of the line',
  );
  refusesLabels(
    'an escaped line feed',
    'a="b\\\n"',
    'expected a closing quote of the label value, found the end of the line',
  );
  refuses('a missing brace', 'm{a="b" 1\n', 1, 'expected "," or "}" after a label, found " "');
  refuses('braces twice', 'm{a="b"}{c="d"} 1\n', 1, 'expected one space, found "{"');
  takes('none in braces', 'm{} 1\n', m);
  takes(
    'a comma after the last',
    'm{a="b",} 1\nm{a="c",} 2\n',
    sample('m', { a: 'b' }, 1),
    sample('m', { a: 'c' }, 2),
  );
  takes('an empty value', 'm{a="",b="c"} 1\n', sample('m', { a: '', b: 'c' }, 1));
  takes(
    'other names in the next line',
    'm{a="b"} 1\nm{c="d",a="b"} 2\nm 3\n',
    sample('m', { a: 'b' }, 1),
    sample('m', { a: 'b', c: 'd' }, 2),
    sample('m', {}, 3),
  );
});

describe('a label value', () => {
  const value = (what: string, text: string, read: string) => {
    takes(what, `m{a="${text}"} 1\n`, sample('m', { a: read }, 1));
    takes(
      `${what}, after a line alike`,
      `m{a="x"} 1\nm{a="${text}"} 2\nm{a="${text}"} 3\n`,
      sample('m', { a: 'x' }, 1),
      sample('m', { a: read }, 2),
      sample('m', { a: read }, 3),
    );
  };
  value('the three escapes', '\\\\ \\" \\n', '\\ " \n');
  value('an escaped backslash before n', '\\\\n', '\\n');
  value('an unknown escape, which keeps its backslash', '\\t', '\\t');
  value('unknown escapes next to known ones', '\\x\\n\\y\\\\\\z', '\\x\n\\y\\\\z');
  value('an escaped letter beyond ASCII', '\\é', '\\é');
  value('a carriage return, tab and NUL', '\r\t\0', '\r\t\0');
  value('letters beyond ASCII', 'größe 中文 😀', 'größe 中文 😀');
  value('braces, commas and what begins an exemplar', '},# {x=\\"', '},# {x="');
  const bytes = (...middle: number[]) =>
    Buffer.from([...Buffer.from('m{a="'), ...middle, ...Buffer.from('"} 1\n')]);
  const utf8 = 'expected a label value in UTF-8, found';
  refuses('a byte that UTF-8 does not have', bytes(0xff), 1, `${utf8} "\ufffd"`);
  refuses('such a byte after a backslash', bytes(0x5c, 0xff), 1, `${utf8} "\\\\\ufffd"`);
  refuses('a letter cut by a backslash', bytes(0xc3, 0x5c, 0xa9), 1, `${utf8} "\ufffd\\\\\ufffd"`);
  refuses('a surrogate', bytes(0xed, 0xa0, 0x80), 1, `${utf8} "\ufffd\ufffd\ufffd"`);
  refuses(
    'an escaped closing quote',
    'm{a="b\\"} 1\n',
    1,
    'expected a closing quote of the label value, found the end of the line',
  );
});

describe('a value with escapes in the line before', () => {
  const closing = 'expected a closing quote of the label value, found the end of the line';
  const after = 'expected "," or "}" after a label, found "\\""';
  refuses('a raw quote in place of an escaped one', 'm{a="\\""} 1\nm{a="""} 2\n', 2, after);
  refuses('a raw backslash in place of an escaped one', 'm{a="\\\\"} 1\nm{a="\\"} 2\n', 2, closing);
  refuses('a raw line feed in place of an escaped one', 'm{a="\\n"} 1\nm{a="\n"} 2\n', 2, closing);
  refuses('the same in an exemplar', 'm 1 # {a="\\""} 1\nm 2 # {a="""} 2\n', 2, after);
});

describe('a value', () => {
  const none = [
    '0x10',
    '0x1p-2',
    '0b1',
    '1_000',
    '1e',
    '.',
    '+',
    '--1',
    '+NaN',
    '-NaN',
    '1e400',
    '"1"',
    '١',
    'none',
  ];
  for (const token of none)
    refuses(
      `the token ${token}`,
      `m ${token}\n`,
      1,
      `expected a number as value, found ${JSON.stringify(token)}`,
    );
  refuses(
    'a composite value of version 2.0',
    'm {count:3,sum:5.5,bucket:[1:1,+Inf:3]} 1\n',
    1,
    'expected a number as value, found "{count:3,sum:5.5,bucket:[1:1,+Inf:3]}" (a composite value of OpenMetrics 2.0; Sluice reads 1.0)',
  );
  refuses('nothing', 'm \n', 1, 'expected a number as value, found the end of the line');
  refuses('nothing in a cut body', 'm ', 1, 'expected a number as value, found the end of the body');
  refuses('a value without a line feed', 'm 1', 1, NO_LINE_FEED);
  const numbers: readonly (readonly [token: string, value: number])[] = [
    ['0', 0],
    ['-0', -0],
    ['+1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['007', 7],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['1.7976931348623157e+308', Number.MAX_VALUE],
    ['5e-324', 5e-324],
    ['18446744073709551616', 2 ** 64],
    ['Inf', Infinity],
    ['+inf', Infinity],
    ['-Infinity', -Infinity],
    ['nan', NaN],
  ];
  for (const [token, value] of numbers) takes(`the number ${token}`, `m ${token}\n`, sample('m', {}, value));
});

describe('a timestamp', () => {
  const wanted = 'expected a timestamp in seconds after the value, found';
  for (const token of ['NaN', 'Inf', '-inf', '0x10', '1_0', '1s', '"5"', '+', '.', '1e', '1e20'])
    refuses(`the timestamp ${token}`, `m 1 ${token}\n`, 1, `${wanted} ${JSON.stringify(token)}`);
  refuses('one without a line feed', 'm 1 5', 1, NO_LINE_FEED);
  for (const [token, timestampMs] of [
    ['1700000000', 1_700_000_000_000],
    ['1700000000.123', 1_700_000_000_123],
    ['1.700000000123e+09', 1_700_000_000_123],
    ['1234567890.1235', 1_234_567_890_124],
    ['0', 0],
    ['-1.5', -1500],
  ] as const)
    takes(`the timestamp ${token}`, `m 1 ${token}\n`, sample('m', {}, 1, timestampMs));
  takes(
    'one in some lines only',
    'm 1 5\nm 1\nm 1 6\n',
    sample('m', {}, 1, 5000),
    m,
    sample('m', {}, 1, 6000),
  );
  takes(
    'several of one series',
    'm 1 5\nm 2 6\nm 3 6.5\n',
    sample('m', {}, 1, 5000),
    sample('m', {}, 2, 6000),
    sample('m', {}, 3, 6500),
  );
});
