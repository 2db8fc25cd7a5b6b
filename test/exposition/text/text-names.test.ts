// Names of metrics and labels in the classic character sets.
import { describe } from 'vitest';
import { bodyCases } from '../body-cases.ts';
import { sample } from '../read-body.ts';

const { refuses, takes } = bodyCases();
const value = 'expected a number as value';

describe('a metric name', () => {
  refuses('a digit in front', '9x 1\n', 1, 'expected a metric name, found "9"');
  refuses('a minus inside', 'x-y 1\n', 1, `${value}, found "-y"`);
  refuses('a dot inside', 'x.y 1\n', 1, `${value}, found ".y"`);
  refuses('a letter beyond ASCII', 'größe 1\n', 1, `${value}, found "öße"`);
  refuses('a letter beyond ASCII in front', 'ähre 1\n', 1, 'expected a metric name, found "ä"');
  refuses('half a letter in front', Buffer.from([0xc3, 10]), 1, 'expected a metric name, found "\ufffd\\n"');
  refuses('a value without a name', '1\n', 1, 'expected a metric name, found "1"');
  refuses('labels without a name', '{a="b"} 1\n', 1, 'expected a metric name, found only labels');
  refuses('no labels and no name', '{} 1\n', 1, 'expected a metric name, found only labels');
  refuses('no value either', '{}\n', 1, 'expected a metric name, found only labels');
  refuses('nonsense', '1234notvali}{ 444\n', 1, 'expected a metric name, found "1"');
  for (const name of [':x', '__x', '_x', '_', ':', 'a:b:c', 'AZaz09_:', 'x'.repeat(757)])
    takes(`the name ${name.slice(0, 20)}`, `${name} 1\n`, sample(name, {}, 1));
  takes(
    'a name that begins like the one before',
    'abc 1\nab 2\nabcd 3\nabc 4\n',
    ...[['abc', 1] as const, ['ab', 2] as const, ['abcd', 3] as const, ['abc', 4] as const].map(([name, v]) =>
      sample(name, {}, v),
    ),
  );
});

describe('a label name', () => {
  const assign = (name: string, found: string) => `expected "=" after label name "${name}", found "${found}"`;
  refuses('a colon inside', 'm{a:b="x"} 1\n', 1, assign('a', ':'));
  refuses('a minus inside', 'm{a-b="x"} 1\n', 1, assign('a', '-'));
  refuses('a dot inside', 'm{a.b="x"} 1\n', 1, assign('a', '.'));
  refuses('a letter beyond ASCII', 'm{aé="x"} 1\n', 1, assign('a', 'é'));
  refuses('a digit in front', 'm{9a="x"} 1\n', 1, 'expected a label name, found "9"');
  const reserved = 'expected a label name that does not begin with "__", found';
  refuses('__name__', 'm{__name__="x"} 1\n', 1, `${reserved} "__name__"`);
  refuses('another reserved name', 'm{__x="y"} 1\n', 1, `${reserved} "__x"`);
  refuses('a reserved name after others', 'm{a="b",__="y"} 1\n', 1, `${reserved} "__"`);
  for (const name of ['_', '_a', 'a__b', 'A', 'z9', 'a_'.repeat(200)])
    takes(`the label name ${name.slice(0, 20)}`, `m{${name}="x"} 1\n`, sample('m', { [name]: 'x' }, 1));
});

describe('a name in quotes', () => {
  const hint = '(other characters need utf8Names: true)';
  refuses('characters that need utf8Names', '{"a.b"} 1\n', 1, `expected a metric name, found "a.b" ${hint}`);
  refuses('a label name that needs it', 'm{"a.b"="x"} 1\n', 1, `expected a label name, found "a.b" ${hint}`);
  refuses('an empty name', '{""} 1\n', 1, `expected a metric name, found "" ${hint}`);
  refuses('an empty label name', 'm{""="x"} 1\n', 1, `expected a label name, found "" ${hint}`);
  refuses(
    'a raw line feed',
    '{"a\nb"} 1\n',
    1,
    'expected a closing quote of the name, found the end of the line',
  );
  refuses(
    'an unknown escape',
    '{"a\\t"} 1\n',
    1,
    'expected one of \\\\ \\" \\n as escape in the name, found "\\\\t"',
  );
  refuses('a second name', '{"n","m"} 1\n', 1, 'expected "=" after label name "m", found "}"');
  refuses('a second name, unquoted', '{"n",m} 1\n', 1, 'expected "=" after label name "m", found "}"');
  refuses(
    'a name before the brace and inside',
    'n{"m"} 1\n',
    1,
    'expected "=" after label name "m", found "}"',
  );
  refuses('nothing after it', '{"n"}\n', 1, 'expected a number as value, found the end of the line');
  refuses(
    'a reserved label name',
    '{"n","__name__"="m"} 1\n',
    1,
    'expected a label name that does not begin with "__", found "__name__"',
  );
  const plain = sample('n', {}, 1);
  const labelled = sample('n', { a: 'b' }, 1);
  takes('a name in braces', '{"n"} 1\n', plain);
  takes('a comma after it', '{"n",} 1\n', plain);
  takes('labels before it', '{a="b","n"} 1\n', labelled);
  takes('labels after it', '{"n",a="b"} 1\n', labelled);
  takes('labels around it', '{a="b","n",c="d"} 1\n', sample('n', { a: 'b', c: 'd' }, 1));
  takes('an unquoted name in braces', '{n,a="b"} 1\n', labelled);
  takes('a name before the brace', '"n"{a="b"} 1\n', labelled);
  takes('a name without a brace', '"n" 1\n', plain);
  takes('a label name', 'n{"a"="b"} 1\n', labelled);
  takes(
    'all ways in turn',
    '{"n"} 1\nn 1\n"n"1\n{n}1\nn{"a"="b"} 1\nn{a="b"} 1\n',
    plain,
    plain,
    plain,
    plain,
    labelled,
    labelled,
  );
});
