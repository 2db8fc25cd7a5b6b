// `sluice push` and `sluice wait-ready` before a real Pushgateway: it reads the labels, the formats and the compression as
// they were meant.
import { expect } from 'vitest';
import { runSluice } from '../support/running-sluice.ts';
import { fetchText } from './support/fetch-text.ts';
import { itWith } from './support/programs.ts';
import { Pushgateway } from './support/pushgateway.ts';

const it = itWith('prometheus-pushgateway');
/** Values that are hard to carry in a path. */
const VALUES = [
  ...[
    '',
    '/',
    '//',
    'a/b',
    '/a',
    'a/',
    '.',
    '..',
    'a/../b',
    '%',
    '%2F',
    '100%',
    '+',
    '1+1',
    ' ',
    'a b',
    '=',
    '@base64',
  ],
  ...[
    'a@base64',
    '\\',
    'a\\b',
    '\n',
    '\t',
    '"',
    'ä',
    '漢字',
    '😀',
    '?',
    '#',
    'a?b#c',
    ';a=b',
    '&',
    ':',
    '~',
    "'",
    '<>',
  ],
];

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly [family: string]: unknown;
}

async function groups(address: string): Promise<readonly Group[]> {
  const { text } = await fetchText(`http://${address}/pushgateway/api/v1/metrics`);
  return (JSON.parse(text) as { readonly data: readonly Group[] }).data;
}

async function push(address: string, args: readonly string[], stdin = 'm 1\n') {
  const url = `http://${address}/pushgateway`;
  const { ending, stderr } = await runSluice(['push', '--url', url, ...args], { stdin });
  return { ending, stderr };
}

it('wait-ready finds it ready', async () => {
  const { address } = await Pushgateway.start();
  const { ending, stderr } = await runSluice(['wait-ready', '--url', `http://${address}/pushgateway`]);
  expect([ending, stderr]).toEqual([0, '']);
});

it('any value of a label, and of the job, arrives as it was given', async () => {
  const { address } = await Pushgateway.start();
  for (const value of VALUES) {
    const job = value === '' ? 'empty' : value;
    expect(await push(address, ['--job', job, '--label', `x=${value}`])).toEqual({ ending: 0, stderr: '' });
  }
  const seen = (await groups(address)).map(({ labels }) => [labels.job, labels.x]);
  const sent = VALUES.map((value) => [value === '' ? 'empty' : value, value]);
  expect(seen.toSorted()).toEqual(sent.toSorted());
});

it('what is compressed arrives whole', async () => {
  const { address } = await Pushgateway.start();
  const lines = Array.from({ length: 2000 }, (_, i) => `m{i="${i}"} ${i}\n`).join('');
  expect(await push(address, ['--job', 'j'], lines)).toEqual({ ending: 0, stderr: '' });
  const { text } = await fetchText(`http://${address}/pushgateway/metrics`);
  expect(text.match(/^m\{/gm)).toHaveLength(2000);
});

it('POST leaves the other metrics of a group, PUT takes them away', async () => {
  const { address } = await Pushgateway.start();
  const families = async () =>
    Object.keys((await groups(address))[0]!).filter((name) => /^[abc]$/.test(name));
  await push(address, ['--job', 'j'], 'a 1\n');
  await push(address, ['--job', 'j'], 'b 1\n');
  expect((await families()).toSorted()).toEqual(['a', 'b']);
  await push(address, ['--job', 'j', '--method', 'PUT'], 'c 1\n');
  expect(await families()).toEqual(['c']);
});

it('its refusal is reported, and ends with 1', async () => {
  const { address } = await Pushgateway.start();
  const { ending, stderr } = await push(address, ['--job', 'j'], 'm one\n');
  expect([ending, stderr]).toEqual([
    1,
    expect.stringMatching(/found 400: .*text format parsing error in line 1/),
  ]);
});

it('that it did not wait for a backend is reported', async () => {
  const { address } = await Pushgateway.start();
  const { ending, stderr } = await push(address, ['--job', 'j', '--wait', '2s']);
  expect([ending, stderr]).toEqual([0, expect.stringContaining('did not say that it waited for delivery')]);
});
