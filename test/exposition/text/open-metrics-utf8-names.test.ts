// OpenMetrics with names in quotes, as Prometheus's `escaping=allow-utf-8` has them.
import { describe } from 'vitest';
import { bodyCases } from '../body-cases.ts';
import { sample, withExemplar } from '../read-body.ts';

const FORMAT = { format: 'openMetrics', requiresEof: false } as const;
const { refuses, takes } = bodyCases({ ...FORMAT, utf8Names: true });
const classic = bodyCases(FORMAT);
const hint = '(other characters need utf8Names: true)';

describe('names in quotes without utf8Names', () => {
  classic.refuses('a metric name', '{"my.name"} 1\n', 1, `expected a metric name, found "my.name" ${hint}`);
  classic.refuses('a label name', 'm{"a.b"="c"} 1\n', 1, `expected a label name, found "a.b" ${hint}`);
  classic.refuses(
    'a name of metadata',
    '# TYPE "a.b" gauge\n',
    1,
    `expected a metric name, found "a.b" ${hint}`,
  );
  classic.takes(
    'names that need no quotes',
    '# TYPE "m" gauge\n{"m","a"="b"} 1\n',
    sample('m', { a: 'b' }, 1),
  );
});

describe('names in quotes with utf8Names', () => {
  refuses('an empty name', '{""} 1\n', 1, 'expected a metric name, found ""');
  refuses('an empty label name', 'm{""="x"} 1\n', 1, 'expected a label name, found ""');
  refuses('no name', '{"a.b"="x"} 1\n', 1, 'expected a metric name, found only labels');
  refuses('two names', '{"a.b","c.d"} 1\n', 1, 'expected "=" after label name "c.d", found "}"');
  refuses('a space before a label', '{"a.b", x="y"} 1\n', 1, 'expected a label name, found " "');
  refuses('no quotes', 'my.name 1\n', 1, 'expected one space, found "."');
  refuses(
    'a reserved label',
    'm{"__é"="x"} 1\n',
    1,
    'expected a label name that does not begin with "__", found "__é"',
  );
  refuses('a label twice', 'm{"é"="1","é"="2"} 1\n', 1, 'expected each label name once, found "é" twice');
  refuses(
    'no space after metadata',
    '# TYPE "a.b"gauge\n',
    1,
    'expected a space after the metric name, found "g"',
  );
  refuses('metadata of a name alone', '# HELP "a.b"\n', 1, 'expected one space, found the end of the line');
  refuses(
    'no closing quote',
    '# HELP "a.b x\n',
    1,
    'expected a closing quote of the metric name, found the end of the line',
  );
  refuses(
    'a unit that the name does not end in',
    '# UNIT "a.b" seconds\n',
    1,
    'expected the name "a.b" to end in "_" and its UNIT, found UNIT "seconds"',
  );
  refuses(
    'a unit that is the whole name, rewritten after another that ends in _',
    '# HELP "\\"_" x\n# UNIT "\\"s" "s\n',
    2,
    'expected the name "\\"s" to end in "_" and its UNIT, found UNIT "\\"s"',
  );
  refuses(
    'families apart',
    '{"a.b"} 1\nc 1\n{"a.b",x="y"} 1\n',
    3,
    'expected all lines of "a.b" together, found another after one of "c"',
  );
  takes('a name alone', '{"my.name"} 1\n', sample('my.name', {}, 1));
  takes('labels after it', '{"my.name","le"="1",x="y"} 1\n', sample('my.name', { le: '1', x: 'y' }, 1));
  takes('a label name', 'm{"l.ä"="x"} 1\n', sample('m', { 'l.ä': 'x' }, 1));
  takes('the escapes, also unknown ones', '{"a\\n\\"\\\\b\\t"} 1\n', sample('a\n"\\b\\t', {}, 1));
  takes(
    'a family',
    '# TYPE "h.x_s" histogram\n# UNIT "h.x_s" s\n# HELP "h.x_s" text\n{"h.x_s_bucket",le="1.0"} 1\n{"h.x_s_bucket",le="2.0"} 2\n{"h.x_s_count"} 2\n',
    sample('h.x_s_bucket', { le: '1' }, 1),
    sample('h.x_s_bucket', { le: '2' }, 2),
    sample('h.x_s_count', {}, 2),
  );
  takes('an exemplar', '{"a.b"} 1 # {"l.ä"="x"} 2\n', withExemplar(sample('a.b', {}, 1), { 'l.ä': 'x' }, 2));
  takes(
    'a name that reads like a sample',
    '{"a 1"} 5\na 1 2\n',
    sample('a 1', {}, 5),
    sample('a', {}, 1, 2000),
  );
  refuses('the same name without quotes after it', '{"a.b"} 1\na.b 1\n', 2, 'expected one space, found "."');
  refuses(
    'the same name in metadata without quotes',
    '# HELP "a.b" x\n# TYPE a.b gauge\n',
    2,
    'expected a metric name after HELP, TYPE or UNIT, found "a.b"',
  );
});
