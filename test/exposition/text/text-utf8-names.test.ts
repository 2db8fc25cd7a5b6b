// The text format with `utf8Names: true`: names may be any UTF-8, but only in quotes.
import { describe } from 'vitest';
import { bodyCases } from '../body-cases.ts';
import { sample } from '../read-body.ts';

const { refuses, takes } = bodyCases({ utf8Names: true });

describe('a name in quotes', () => {
  refuses('an empty name', '{""} 1\n', 1, 'expected a metric name, found ""');
  refuses('an empty label name', 'm{""="x"} 1\n', 1, 'expected a label name, found ""');
  refuses(
    'invalid UTF-8',
    Buffer.from('{"\xff"} 1\n', 'latin1'),
    1,
    'expected a name in UTF-8, found "\ufffd"',
  );
  refuses(
    'an escaped reserved name',
    'm{"__\\"x"="y"} 1\n',
    1,
    'expected a label name that does not begin with "__", found "__\\"x"',
  );
  refuses(
    'a label name twice',
    'm{"é"="1","é"="1"} 1\n',
    1,
    'expected each label name once, found "é" twice',
  );
  takes('any letters', '{"größe","l.ä"="x"} 1\n', sample('größe', { 'l.ä': 'x' }, 1));
  takes('the three escapes', '{"a\\n\\"\\\\b","\\n"="x"} 1\n', sample('a\n"\\b', { '\n': 'x' }, 1));
  takes(
    'TYPE and HELP in quotes',
    '# TYPE "h.x" histogram\n# HELP "h.x" text\n{"h.x_bucket",le="1.0"} 1\n',
    sample('h.x_bucket', { le: '1' }, 1),
  );
  takes(
    'two lines alike',
    'm{"é"="1"} 1\nm{"é"="2"} 2\n',
    sample('m', { é: '1' }, 1),
    sample('m', { é: '2' }, 2),
  );
});

describe('the same bytes without quotes', () => {
  refuses(
    'a metric name of the line before',
    '{"größe"} 1\ngröße 2\n',
    2,
    'expected a number as value, found "öße"',
  );
  refuses(
    'a label name of the line before',
    'm{"é"="1"} 1\nm{é="2"} 2\n',
    2,
    'expected a label name, found "é"',
  );
  refuses(
    'a metric name of the comment before',
    '# HELP "a.b" x\na.b 1\n',
    2,
    'expected a number as value, found ".b"',
  );
  refuses(
    'a comment after a quoted name',
    '{"a.b"} 1\n# HELP a.b x\n',
    2,
    'expected a metric name after HELP or TYPE, found "a.b"',
  );
  refuses(
    'a comment after a quoted comment',
    '# HELP "a.b" x\n# TYPE a.b gauge\n',
    2,
    'expected a metric name after HELP or TYPE, found "a.b"',
  );
  takes('a name that reads like a sample', '{"a 1"} 5\na 1 2\n', sample('a 1', {}, 5), sample('a', {}, 1, 2));
  takes(
    'a name that reads like two lines',
    '{"a 1\\nb"} 5\na 1\nb 2\n',
    sample('a 1\nb', {}, 5),
    sample('a', {}, 1),
    sample('b', {}, 2),
  );
  takes(
    'a label name that reads like two labels',
    'm{"a=\\"1\\",b"="2"} 5\nm{a="1",b="2"} 6\n',
    sample('m', { 'a="1",b': '2' }, 5),
    sample('m', { a: '1', b: '2' }, 6),
  );
  takes(
    'a quoted label after unquoted ones',
    'm{a="1","b=\\"2\\",c"="3"} 5\nm{a="1",b="2",c="3"} 6\n',
    sample('m', { a: '1', 'b="2",c': '3' }, 5),
    sample('m', { a: '1', b: '2', c: '3' }, 6),
  );
});
