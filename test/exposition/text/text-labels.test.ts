// Labels of the text format, each case alone and as the line after one that is named alike.
import { describe } from 'vitest';
import { bodyCases } from '../body-cases.ts';
import { sample } from '../read-body.ts';

const { refuses, takes } = bodyCases();

/** A wrong set of labels is refused whether or not the line before had the same names. */
function refusesLabels(what: string, labels: string, problem: string): void {
  refuses(what, `m{${labels}} 1\n`, 1, problem);
  refuses(`${what}, after a good line`, `m{a="b",c="d"} 1\nm{${labels}} 1\n`, 2, problem);
}

describe('the punctuation of labels', () => {
  const name = (found: string) => `expected a label name, found "${found}"`;
  refusesLabels('a comma alone', ',', name(','));
  refusesLabels('a comma in front', ',a="b"', name(','));
  refusesLabels('two commas at the end', 'a="b",,', name(','));
  refusesLabels('two commas between', 'a="b",,c="d"', name(','));
  refusesLabels('a missing comma', 'a="b" c="d"', 'expected "," or "}" after a label, found "c"');
  refusesLabels('a missing comma and blank', 'a="b"c="d"', 'expected "," or "}" after a label, found "c"');
  refusesLabels('a semicolon', 'a="b";c="d"', 'expected "," or "}" after a label, found ";"');
  refusesLabels('a missing =', 'a"b"', 'expected "=" after label name "a", found "\\""');
  refusesLabels('a name alone', 'a', 'expected "=" after label name "a", found "}"');
  refusesLabels('a doubled =', 'a=="b"', 'expected a quoted value of label "a", found "="');
  refusesLabels('an unquoted value', 'a=b', 'expected a quoted value of label "a", found "b"');
  refusesLabels('a single-quoted value', "a='b'", 'expected a quoted value of label "a", found "\'"');
  refusesLabels('a missing value', 'a=', 'expected a quoted value of label "a", found "}"');
  refusesLabels('a value without a name', '="b"', name('='));
  refusesLabels('a second opening brace', '{a="b"}', name('{'));
  refuses('a second closing brace', 'm{a="b"}} 1\n', 1, 'expected a number as value, found "}"');
  refuses('a missing brace', 'm{a="b" 1\n', 1, 'expected "," or "}" after a label, found "1"');
  refuses(
    'a missing brace and value',
    'm{a="b"\n',
    1,
    'expected "," or "}" after a label, found the end of the line',
  );
  refuses(
    'a missing brace in a cut body',
    'm{a="b"',
    1,
    'expected "," or "}" after a label, found the end of the body',
  );
  refuses('a brace alone', 'm{\n', 1, 'expected a label name, found the end of the line');
  refuses('a brace alone in a cut body', 'm{', 1, 'expected a label name, found the end of the body');
  takes('empty braces', 'm{} 1\n', sample('m', {}, 1));
  takes('blanks in braces', 'm{ \t} 1\n', sample('m', {}, 1));
  takes(
    'a trailing comma',
    'm{a="b",} 1\nm{a="c",} 2\n',
    sample('m', { a: 'b' }, 1),
    sample('m', { a: 'c' }, 2),
  );
});

describe('a label value', () => {
  const closing = 'expected a closing quote of the label value, found the end of';
  const oneOf = 'expected one of \\\\ \\" \\n as escape in the label value, found';
  refusesLabels('an unknown escape', 'a="\\t"', `${oneOf} "\\\\t"`);
  refusesLabels('an escaped letter beyond ASCII', 'a="\\é"', `${oneOf} "\\\\\ufffd"`);
  refusesLabels('an escape for a line feed by number', 'a="\\x0a"', `${oneOf} "\\\\x"`);
  refusesLabels('an escaped line feed', 'a="\\\n"', `${closing} the line`);
  refusesLabels('a raw line feed', 'a="b\nc"', `${closing} the line`);
  refuses('a missing quote', 'm{a="b} 1\n', 1, `${closing} the line`);
  refuses('a missing quote in a cut body', 'm{a="b', 1, `${closing} the body`);
  refuses('an escaped closing quote', 'm{a="b\\"} 1\n', 1, `${closing} the line`);
  refuses('a backslash at the end of the body', 'm{a="\\', 1, `${closing} the body`);
  const utf8 = 'expected a label value in UTF-8, found';
  const value = (...bytes: number[]) =>
    Buffer.from([...Buffer.from('m{a="'), ...bytes, ...Buffer.from('"} 1\n')]);
  refuses('a byte that UTF-8 does not have', value(0xff), 1, `${utf8} "\ufffd"`);
  refuses('a cut letter', value(0xc3), 1, `${utf8} "\ufffd"`);
  refuses('a letter cut by an escape', value(0xc3, 0x5c, 0x5c, 0xa9), 1, `${utf8} "\ufffd\\\\\\\\\ufffd"`);
  refuses('a surrogate', value(0xed, 0xa0, 0x80), 1, `${utf8} "\ufffd\ufffd\ufffd"`);
  refuses('an overlong slash', value(0xc0, 0xaf), 1, `${utf8} "\ufffd\ufffd"`);
  refuses(
    'a code point beyond the last',
    value(0xf4, 0x90, 0x80, 0x80),
    1,
    `${utf8} "\ufffd\ufffd\ufffd\ufffd"`,
  );
  takes('the three escapes', 'm{a="\\\\ \\" \\n"} 1\n', sample('m', { a: '\\ " \n' }, 1));
  takes('an escaped backslash before n', 'm{a="\\\\n"} 1\n', sample('m', { a: '\\n' }, 1));
  takes(
    'escapes in the next line too',
    'm{a="\\n"} 1\nm{a="\\n\\n"} 2\n',
    sample('m', { a: '\n' }, 1),
    sample('m', { a: '\n\n' }, 2),
  );
  for (const raw of ['\t', '\r', '\0', 'é', '中文', '😀', 'ا', 'e\u0301', '{}=,', '/api?a=b&c=d', ' ', "'"])
    takes(`${JSON.stringify(raw)} as it is`, `m{a="${raw}"} 1\n`, sample('m', { a: raw }, 1));
  takes('an empty value', 'm{a="",b="c"} 1\n', sample('m', { a: '', b: 'c' }, 1));
  takes('a long value', `m{a="${'x'.repeat(10_000)}"} 1\n`, sample('m', { a: 'x'.repeat(10_000) }, 1));
  takes(
    'le and quantile outside typed families',
    'm{le="x",quantile=""} 1\n',
    sample('m', { le: 'x', quantile: '' }, 1),
  );
});

describe('a label value with escapes in the line before', () => {
  const closing = 'expected a closing quote of the label value, found the end of the line';
  const after = 'expected "," or "}" after a label, found "\\""';
  refuses('a raw quote in place of an escaped one', 'm{a="\\""} 1\nm{a="""} 2\n', 2, after);
  refuses('a raw backslash in place of an escaped one', 'm{a="\\\\"} 1\nm{a="\\"} 2\n', 2, closing);
  refuses('a raw line feed in place of an escaped one', 'm{a="\\n"} 1\nm{a="\n"} 2\n', 2, closing);
});

describe('a label name twice', () => {
  const twice = 'expected each label name once, found "a" twice';
  refusesLabels('with one value', 'a="1",a="1"', twice);
  refusesLabels('with two values', 'a="1",a="2"', twice);
  refusesLabels('not side by side', 'a="1",b="2",a="1"', twice);
  refusesLabels('once in quotes', 'a="1","a"="1"', twice);
  refusesLabels(
    'once by an escape',
    '"\\"a"="1","\\"a"="1"',
    'expected a label name, found "\\"a" (other characters need utf8Names: true)',
  );
  refusesLabels(
    'among 64',
    `${Array.from({ length: 64 }, (_, i) => `l${i}="x"`).join(',')},l7="x"`,
    'expected each label name once, found "l7" twice',
  );
});

describe('the number of labels', () => {
  const labels = (count: number) => Array.from({ length: count }, (_, i) => [`l${i}`, `${i}`] as const);
  const line = (count: number) => `m{${labels(count).map(([name, value]) => `${name}="${value}"`)}} 1\n`;
  refuses('1,001', line(1001), 1, 'expected at most 1000 labels, found more');
  refuses('100,000', line(100_000), 1, 'expected at most 1000 labels, found more');
  takes('1,000', line(1000), sample('m', Object.fromEntries(labels(1000)), 1));
  takes('64', line(64), sample('m', Object.fromEntries(labels(64)), 1));
});

describe('the line after', () => {
  const read = (...lines: string[]) => `${lines.map((line) => `m${line} 1`).join('\n')}\n`;
  const ab = sample('m', { a: '1', b: '2' }, 1);
  takes(
    'fewer labels',
    read('{a="1",b="2"}', '{a="1"}', ''),
    ab,
    sample('m', { a: '1' }, 1),
    sample('m', {}, 1),
  );
  takes('more labels', read('{a="1"}', '{a="1",b="2"}'), sample('m', { a: '1' }, 1), ab);
  takes('another order', read('{a="1",b="2"}', '{b="2",a="1"}'), ab, ab);
  takes(
    'a name that begins alike',
    read('{a="1",b="2"}', '{a="1",bc="2"}'),
    ab,
    sample('m', { a: '1', bc: '2' }, 1),
  );
  takes(
    'a value that begins alike',
    read('{a="1",b="2"}', '{a="11",b="2"}', '{a="1",b="2"}'),
    ab,
    sample('m', { a: '11', b: '2' }, 1),
    ab,
  );
  takes(
    'a value that continues with an escape',
    read('{a="1",b="2"}', '{a="1\\"",b="2"}'),
    ab,
    sample('m', { a: '1"', b: '2' }, 1),
  );
  takes(
    'an empty value in place of another',
    read('{a="1",b="2"}', '{a="",b="2"}', '{a="1",b="2"}'),
    ab,
    sample('m', { a: '', b: '2' }, 1),
    ab,
  );
  takes(
    'another metric between',
    'm{a="1"} 1\nn{a="1"} 1\nm{a="1"} 1\n',
    ...['m', 'n', 'm'].map((name) => sample(name, { a: '1' }, 1)),
  );
});
