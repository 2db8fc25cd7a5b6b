// Large pushes of ordinary labels are never mistaken for names that were made to collide.
import { expect, test } from 'vitest';
import { fixed, newTranscoder } from './transcode-body.ts';

const COUNT = 60_000;
const PATTERNS: Readonly<Record<string, (i: number) => string>> = {
  'counted labels': (i) => `m{i="${i}"} 1\n`,
  'counted labels of one length': (i) => `m{i="${String(i).padStart(12, '0')}"} 1\n`,
  'counted names': (i) => `metric_${i} 1\n`,
  'a grid': (i) => `m{a="${i % 251}",b="${Math.floor(i / 251)}"} 1\n`,
  'a grid of three': (i) => `m{a="${i % 40}",b="${Math.floor(i / 40) % 40}",c="${Math.floor(i / 1600)}"} 1\n`,
  'one value in two labels': (i) => `m{a="${i}",b="${i}"} 1\n`,
  'multiples of 1,024': (i) => `m{a="${i * 1024}"} 1\n`,
  addresses: (i) => `m{ip="10.${i >> 16}.${(i >> 8) & 255}.${i & 255}"} 1\n`,
  'typed families': (i) => `# TYPE h${i} histogram\nh${i}_count 1\n`,
};

for (const [what, line] of Object.entries(PATTERNS)) {
  test(`${COUNT} series of ${what} are taken, and refused if one comes again`, () => {
    const transcoder = newTranscoder();
    const samples = (text: string) => {
      const body = Buffer.from(text);
      return transcoder.transcode({ chunks: [body], length: body.length, format: 'text' }, fixed(), 1)[0]!
        .sampleCount;
    };
    const body = Array.from({ length: COUNT }, (_, i) => line(i)).join('');
    expect(samples(body)).toBe(what === 'typed families' ? 2 * COUNT : COUNT);
    expect(() => samples(body + line(COUNT - 1).replace(/^# .*\n/, ''))).toThrow('expected each series once');
  });
}
