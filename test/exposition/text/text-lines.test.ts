// Lines and blanks of the text format.
import { describe } from 'vitest';
import { bodyCases, CR_LF, NO_LINE_FEED } from '../body-cases.ts';
import { sample } from '../read-body.ts';

const { refuses, takes } = bodyCases();
const m = sample('m', {}, 1);

describe('the end of a line', () => {
  refuses('a sample without a line feed', 'm 1', 1, NO_LINE_FEED);
  refuses('a timestamp without a line feed', 'm 1 5', 1, NO_LINE_FEED);
  refuses('a lone # without a line feed', 'm 1\n#', 2, NO_LINE_FEED);
  refuses('a comment without a line feed', '# x', 1, NO_LINE_FEED);
  refuses('HELP without a line feed', '# HELP m x', 1, NO_LINE_FEED);
  refuses('HELP that ends in a backslash', '# HELP m \\', 1, NO_LINE_FEED);
  refuses('HELP of nothing without a line feed', '# HELP m', 1, NO_LINE_FEED);
  refuses('TYPE without a line feed', '# TYPE m gauge', 1, NO_LINE_FEED);
  refuses('a sample with CR LF', 'm 1\r\n', 1, `expected a number as value, found "1\\r"${CR_LF}`);
  refuses(
    'a timestamp with CR LF',
    'm 1 5\r\n',
    1,
    `expected a timestamp in whole milliseconds after the value, found "5\\r"${CR_LF}`,
  );
  refuses(
    'TYPE with CR LF',
    '# TYPE m gauge\r\n',
    1,
    `expected counter, gauge, histogram, gaugehistogram, summary or untyped after TYPE, found "gauge\\r"${CR_LF}`,
  );
  refuses(
    'a blank line with CR LF',
    'm 1\n\r\n',
    2,
    `expected a metric name, found a carriage return${CR_LF}`,
  );
  takes('nothing', '');
  takes('line feeds', '\n\n\n');
  takes('lines of blanks', ' \n\t \n');
  takes('blanks alone', ' \t');
  takes('blanks after the last line feed', 'm 1\n \t ', m);
  takes('a comment with CR LF', '# x\r\nm 1\n', m);
  takes('HELP with CR LF', '# HELP m x\r\nm 1\n', m);
});

describe('blanks', () => {
  const labelled = sample('m', { a: 'b', c: 'd' }, 1, 5);
  const pieces = ['m', '{', 'a', '=', '"b"', ',', 'c', '=', '"d"', ',', '}', '1', ' 5\n'];
  takes('blanks nowhere', pieces.join(''), labelled);
  for (const blank of [' ', '\t', ' \t  \t']) {
    takes(`${JSON.stringify(blank)} everywhere`, blank + pieces.join(blank), labelled);
    for (const [at, piece] of pieces.entries()) {
      const body = [...pieces.slice(0, at), blank, ...pieces.slice(at)].join('');
      takes(
        `${JSON.stringify(blank)} before ${JSON.stringify(piece)}, the ${at + 1}th piece`,
        body,
        labelled,
      );
    }
  }
  takes(
    'blanks alike in the next line',
    'm\t{ a = "b" , } 1\nm\t{ a = "c" , } 1\n',
    sample('m', { a: 'b' }, 1),
    sample('m', { a: 'c' }, 1),
  );
  takes('no blank after }', 'm{}4\nm{a="b"}+Inf\n', sample('m', {}, 4), sample('m', { a: 'b' }, Infinity));
  takes('no blank before a sign', 'm-1\nm+2.5\n', sample('m', {}, -1), sample('m', {}, 2.5));
  refuses('a name without a value', 'm1\n', 1, 'expected a number as value, found the end of the line');
  refuses(
    'a name without a value in a cut body',
    'm',
    1,
    'expected a number as value, found the end of the body',
  );
  const timestamp = 'expected a timestamp in whole milliseconds after the value';
  refuses('a blank after the value', 'm 1 \n', 1, `${timestamp}, found the end of the line`);
  refuses('a tab after the value', 'm 1\t\n', 1, `${timestamp}, found the end of the line`);
  refuses('a blank after the value in a cut body', 'm 1 ', 1, `${timestamp}, found the end of the body`);
  const end = 'expected the end of the line or an exemplar after the timestamp';
  refuses('a blank after the timestamp', 'm 1 5 \n', 1, `${end}, found " "`);
  refuses('a second value', 'm 1 5 6\n', 1, `${end}, found " "`);
});

describe('bytes that are no blanks', () => {
  const value = 'expected a number as value';
  const name = 'expected a metric name';
  refuses('NBSP after the name', 'm\u00a01\n', 1, `${value}, found "\u00a01"`);
  refuses('a vertical tab after the name', 'm\v1\n', 1, `${value}, found "\\u000b1"`);
  refuses('a form feed before the name', '\fm 1\n', 1, `${name}, found "\\f"`);
  refuses('a byte order mark', '\ufeffm 1\n', 1, `${name}, found "\ufeff"`);
  refuses('NUL before the name', '\0m 1\n', 1, `${name}, found "\\u0000"`);
  refuses('NUL after the name', 'm\0 1\n', 1, `${value}, found "\\u0000"`);
  refuses('NUL after the value', 'm 1\0\n', 1, `${value}, found "1\\u0000"`);
  refuses('NUL in a label name', 'm{a\0="b"} 1\n', 1, 'expected "=" after label name "a", found "\\u0000"');
  refuses('NUL after a label', 'm{a="b"\0} 1\n', 1, 'expected "," or "}" after a label, found "\\u0000"');
  refuses('UTF-16', Buffer.from('m 1\n', 'utf16le'), 1, `${value}, found "\\u0000"`);
  takes('NUL in a label value', 'm{a="\0"} 1\n', sample('m', { a: '\0' }, 1));
  takes('NUL in HELP', '# HELP m \0\nm 1\n', m);
  takes('NUL in a comment', '# \0\nm 1\n', m);
});
