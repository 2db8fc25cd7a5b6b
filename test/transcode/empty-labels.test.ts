// Labels without a value are absent: series of one shape that lack different labels, in any order.
import { expect, test } from 'vitest';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { decodePush, fixed, newTranscoder, transcodeBody } from './transcode-body.ts';

const NAMES = ['a', 'b', 'c', 'zone'];

function line(random: SeededRandom, index: number): { text: string; labels: [string, string][] } {
  const labels = NAMES.map(
    (name) => [name, random.nat(3) === 0 ? '' : `${name}${random.nat(3)}`] as [string, string],
  );
  const text = `m{${labels.map(([name, value]) => `${name}="${value}"`).join(',')},i="${index}"} ${index}`;
  return { text, labels: [...labels, ['i', String(index)]] };
}

test('leave each series with its own labels, whatever the series before it lacked', () => {
  const transcoder = newTranscoder();
  holdsForSeeds(200, (random) => {
    const lines = Array.from({ length: 1 + random.nat(12) }, (_, i) => line(random, i));
    const body = `${lines.map(({ text }) => text).join('\n')}\n`;
    const { series } = decodePush(transcodeBody(transcoder, body, fixed({ job: 'j', zone: '' })) as Buffer);
    const expected = lines.map(({ labels }) => [
      ['__name__', 'm'],
      ...labels
        .filter(([name, value]) => value !== '' && name !== 'zone')
        .sort(([a], [b]) => (a < b ? -1 : 1)),
      ['job', 'j'],
    ]);
    expect(series.map(({ labels }) => labels)).toEqual(expected);
  });
});
