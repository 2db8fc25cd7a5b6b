// The labels that leave: sorted, unique, never empty, the grouping key's own.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startRoad } from '../support/road-setup.ts';
import { labelsOf } from '../support/series-text.ts';

const GROUP = 'instance="i1",job="test"';

test('labels are sorted by the bytes of their names', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed('test{b="2",a="1",Z="3",_x="4"} 1\n');
  await delivered(1);
  const names = receiver.delivered[0]!.labels.map(([name]) => name);
  expect(names).toEqual(['Z', '__name__', '_x', 'a', 'b', 'instance', 'job']);
});

test('UTF-8 names are sorted by bytes, not by UTF-16 units', async () => {
  const { receiver, pushed, delivered } = await startRoad({
    config: { push: { pushgateway: { utf8Names: true } } },
  });
  await pushed('{"test","\u{1f600}"="2","\uff21"="1"} 1\n');
  await delivered(1);
  const names = receiver.delivered[0]!.labels.map(([name]) => name);
  expect(names).toEqual(['__name__', 'instance', 'job', '\uff21', '\u{1f600}']);
});

/** Pushes a body that is to be refused, then one that is not: only the second may arrive. */
async function refused(body: string | Uint8Array, text: string): Promise<void> {
  const { collector, pushed, delivered, receiver } = await startRoad();
  const answer = await collector.push(body);
  expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
  await pushed('after 1\n');
  expect(await delivered(1)).toEqual([`after{${GROUP}} 1`]);
  expect(receiver.requests.length).toBe(1);
}

test.each(['1', '2'])('a label that is there twice sinks the whole push (second value %s)', (second) =>
  refused(
    `ok 1\ntest{a="1",a="${second}"} 1\n`,
    'Cannot parse exposition line 2: expected each label name once, found "a" twice',
  ),
);

test('the grouping key overrides the labels of the body', async () => {
  const { pushed, delivered } = await startRoad();
  await pushed('m{job="evil",instance="x",k="v"} 1\n', '/pushgateway/metrics/job/test/instance/127.0.0.1:9');
  expect(await delivered(1)).toEqual(['m{instance="127.0.0.1:9",job="test",k="v"} 1']);
});

test('without an instance in the path there is no instance label', async () => {
  const { pushed, delivered } = await startRoad();
  await pushed('m 1\n', '/pushgateway/metrics/job/test');
  expect(await delivered(1)).toEqual(['m{job="test"} 1']);
});

test('empty labels vanish, those of the path among them', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed('test{a="",b="1",zone="z"} 1\n', '/pushgateway/metrics/job/test/zone@base64/=');
  await delivered(1);
  expect(receiver.delivered[0]!.labels).toEqual([
    ['__name__', 'test'],
    ['b', '1'],
    ['job', 'test'],
  ]);
});

test.each([
  ['with', { cluster: 'c1', k: 'ext', __replica__: 'r1' }, ['__name__', '__replica__', 'cluster']],
  ['without', {}, ['__name__']],
] as const)('%s external labels they are in their sorted place', async (_, defaults, first) => {
  const { receiver, pushed, delivered } = await startRoad({ config: { labels: { defaults } } });
  await pushed('m{k="own"} 1\n');
  await delivered(1);
  const { labels } = receiver.delivered[0]!;
  expect(labels.map(([name]) => name)).toEqual([...first, 'instance', 'job', 'k']);
  expect(new Map(labels).get('k')).toBe('own');
});

test('two series that only differ by an empty label are one', () =>
  refused(
    'test{b="1"} 1\ntest{a="",b="1"} 2\n',
    'Cannot parse exposition line 2: expected each series once, or with ever later timestamps, found it again ' +
      '(same name and labels after those of the path)',
  ));

test.each([
  ['{label="value"} 1\n', 'expected a metric name, found only labels'],
  ['1234notvali}{ 444\n', 'expected a metric name, found "1"'],
  ['m\n', 'expected a number as value, found the end of the line'],
  ['9m 1\n', 'expected a metric name, found "9"'],
  ['m{9a="x"} 1\n', 'expected a label name, found "9"'],
  ['m 1\nm2 2', 'expected a line feed at the end of the last line, found the end of the body'],
])('the push %j forwards nothing', (body, problem) =>
  refused(body, `Cannot parse exposition line ${body.startsWith('m 1') ? 2 : 1}: ${problem}`),
);

test('a body shorter than its Content-Length forwards nothing', async () => {
  const { collector, pushed, delivered, receiver } = await startRoad();
  const { hostname, port } = new URL(`http://${collector.address}`);
  const socket = connect(Number(port), hostname);
  socket.end('PUT /pushgateway/metrics/job/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\ncut 1\n');
  socket.resume();
  await once(socket, 'close');
  await pushed('after 1\n');
  expect(await delivered(1)).toEqual([`after{${GROUP}} 1`]);
  expect(receiver.requests.length).toBe(1);
});

test.each(['', '\n', '# only a comment\n', '# TYPE m counter\n# HELP m of nothing\n'])(
  'the push %j without a sample is taken and sends no request',
  async (body) => {
    const { pushed, delivered, receiver } = await startRoad();
    await pushed(body);
    await pushed('a:b:c 1\n');
    expect(await delivered(1)).toEqual([`a:b:c{${GROUP}} 1`]);
    expect(receiver.requests.length).toBe(1);
  },
);

test('what labels say is kept byte for byte', async () => {
  const values = {
    emoji: '\u{1f600}\u{1f468}\u200d\u{1f469}',
    chinese: '指标',
    arabic: 'مقياس',
    combining: 'e\u0301 \u0041\u030a',
    backslash: 'a\\b\\n',
    newline: 'a\nb',
    quote: 'say "x"',
    tab: 'a\tb',
    zero: 'a\u0000b',
    query: '/api?a=b&c=d',
    long: 'l'.repeat(10_000),
  };
  const { receiver, pushed, delivered } = await startRoad();
  const text = Object.entries(values).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  await pushed(`m{${text.join(',')}} 1\n`);
  await delivered(1);
  expect(labelsOf(receiver.delivered[0]!)).toEqual({ __name__: 'm', instance: 'i1', job: 'test', ...values });
});

test('a long name and many labels are kept', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  const labels = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`l${i}`, `v${i}`]));
  const name = 'n'.repeat(757);
  const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  await pushed(`${name}{${text.join(',')}} 1\n`);
  await delivered(1);
  expect(labelsOf(receiver.delivered[0]!)).toEqual({
    __name__: name,
    instance: 'i1',
    job: 'test',
    ...labels,
  });
});

test('a label that is not UTF-8 sinks the whole push', () =>
  refused(
    Buffer.concat([Buffer.from('ok 1\nm{a="'), Buffer.from([0xc3, 0x28]), Buffer.from('"} 1\n')]),
    'Cannot parse exposition line 2: expected a label value in UTF-8, found "\ufffd("',
  ));

function escapeLabel(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}
