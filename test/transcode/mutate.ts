// Damages a body as lines, proxies and careless programs do.
import type { SeededRandom } from '../support/seeded-random.ts';

const PIECES = [
  '{',
  '}',
  '"',
  '\\',
  '\n',
  '\r\n',
  ',',
  '=',
  '#',
  ' ',
  '\t',
  '\0',
  '__name__',
  'le="',
  'NaN',
  '1e999',
  '# TYPE ',
  '# HELP ',
  '_count',
  '\ud83d',
];

/** `body` after one to four changes. */
export function mutate(random: SeededRandom, body: Uint8Array): Buffer {
  let bytes = Buffer.from(body);
  for (let i = 1 + random.nat(4); i > 0; i--) bytes = change(random, bytes);
  return bytes;
}

/** Another body that says the same of other values. */
export function withOtherValues(random: SeededRandom, body: string): string {
  return body.replace(/([ \t}])-?[0-9][0-9.]*(?=\n|[ \t]+-?[0-9]+\n)/g, (_, before: string) => {
    return `${before}${random.pick(['0', '7', '-1.5', '12345678901234567', 'NaN', '1e-3', String(random.double()).replace('Infinity', 'Inf').replace('-NaN', 'NaN')])}`;
  });
}

function change(random: SeededRandom, bytes: Buffer): Buffer<ArrayBuffer> {
  const at = random.nat(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.nat(random.pick([2, 8, 200])));
  const slice = bytes.subarray(at, end);
  const to = random.nat(bytes.length + 1);
  switch (random.nat(5)) {
    case 0:
      return flip(random, bytes, at);
    case 1:
      return insert(bytes, at, Buffer.from(random.pick(PIECES)));
    case 2:
      return insert(bytes, at, Buffer.from([random.nat(256)]));
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    default:
      return insert(bytes, to, slice);
  }
}

function flip(random: SeededRandom, bytes: Buffer, at: number): Buffer<ArrayBuffer> {
  const flipped = Buffer.from(bytes);
  if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << random.nat(8));
  return flipped;
}

function insert(bytes: Buffer, at: number, piece: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}
