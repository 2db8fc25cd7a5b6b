// Exemplars as they leave, judged by the published message.

import { expect, test } from 'vitest';
import { ExemplarSet, MAX_EXEMPLAR_LABELS, MAX_EXEMPLARS } from '../../src/labels/exemplar-set.ts';
import { exemplarsLength, writeExemplars } from '../../src/remotewrite/sample-writer.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { OutputBuffer } from '../../src/wire/output-buffer.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { decodeSeries } from './label-registers.ts';

interface PlainExemplar {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  /** NaN without one. */
  readonly timestampMs: number;
}

const SAMPLE_MS = 1_700_000_000_123;

/** Fills the registers as a parser would; returns what `finish` said of the last exemplar. */
function fill(set: ExemplarSet, arena: ByteArena, all: readonly PlainExemplar[]): number {
  const body = Buffer.from(all.flatMap(({ labels }) => labels.flat()).join(''));
  arena.load([body], body.length, 0);
  set.clear();
  let at = 0;
  let said = -1;
  for (const { labels, value, timestampMs } of all) {
    for (const [name, text] of labels) {
      const valueStart = at + Buffer.byteLength(name);
      const valueEnd = valueStart + Buffer.byteLength(text);
      expect(set.addLabel(at, valueStart, valueStart, valueEnd)).toBe(true);
      at = valueEnd;
    }
    set.values[set.count] = value;
    set.timestampsMs[set.count] = timestampMs;
    said = set.finish();
  }
  return said;
}

function leave(all: readonly PlainExemplar[]) {
  const arena = new ByteArena();
  const set = new ExemplarSet(arena);
  expect(fill(set, arena, all)).toBe(-1);
  const out = new OutputBuffer(1 << 20);
  const length = exemplarsLength(set, SAMPLE_MS);
  out.reserve(length);
  out.length = writeExemplars(out, 0, set, SAMPLE_MS);
  expect(out.length).toBe(length);
  const size = Buffer.from([0x0a, length & 127]);
  if (length > 127) size.writeUInt8((length & 127) | 128, 1);
  const series = Buffer.concat([size, Buffer.from(length > 127 ? [length >> 7] : []), out.written()]);
  return decodeSeries(series)[0]!.exemplars;
}

function expected({ labels, value, timestampMs }: PlainExemplar) {
  const sorted = labels
    .filter(([, text]) => text !== '')
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { labels: sorted, value, timestampMs: Number.isNaN(timestampMs) ? SAMPLE_MS : timestampMs };
}

test('a label name that occurs twice is reported', () => {
  const arena = new ByteArena();
  const set = new ExemplarSet(arena);
  const labels = [
    ['b', '1'],
    ['a', '2'],
    ['b', '3'],
  ] as const;
  expect(fill(set, arena, [{ labels, value: 1, timestampMs: 1 }])).toBeGreaterThanOrEqual(0);
});

test('there is room for so many labels and exemplars and no more', () => {
  const set = new ExemplarSet(new ByteArena());
  for (let i = 0; i < MAX_EXEMPLARS; i++) {
    expect(set.isFull).toBe(false);
    expect(set.finish()).toBe(-1);
  }
  expect(set.isFull).toBe(true);
  set.clear();
  for (let i = 0; i < MAX_EXEMPLAR_LABELS; i++) expect(set.addLabel(0, 1, 1, 2)).toBe(true);
  expect(set.addLabel(0, 1, 1, 2)).toBe(false);
});

test('labels leave sorted and without empty ones, a missing timestamp is the sample’s, zero stays zero', () => {
  const all: PlainExemplar[] = [
    {
      labels: [
        ['trace_id', 'abc'],
        ['empty', ''],
        ['span_id', 'é😀'],
      ],
      value: 0.5,
      timestampMs: NaN,
    },
    { labels: [], value: -0, timestampMs: 0 },
    { labels: [['Z', '1']], value: NaN, timestampMs: -1 },
  ];
  expect(leave(all)).toEqual(all.map(expected));
});

test('any exemplars leave as they were pushed', () => {
  const texts = ['', 'a', 'é', '😀', 'x'.repeat(64), '0af7651916cd43dd8448eb211c80319c'];
  const roll = (random: SeededRandom): PlainExemplar => ({
    labels: random.some(['a', 'b', 'ba', 'trace_id', 'Ａ', '😀']).map((name) => [name, random.pick(texts)]),
    value: random.pick([0, 1, -2.5, Infinity, 1e-300]),
    timestampMs: random.pick([NaN, 0, 1, -1, SAMPLE_MS, 2 ** 52]),
  });
  holdsForSeeds(300, (random) => {
    const all = Array.from({ length: 1 + random.nat(4) }, () => roll(random));
    expect(leave(all)).toEqual(all.map(expected));
  });
});
