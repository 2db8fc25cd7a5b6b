// If it is not certain which series a group has, it gets no markers.
import { describe, expect, test } from 'vitest';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { type PushMethod, StaleSeries } from '../../src/staleness/stale-series.ts';
import { hashRange } from '../../src/wire/byte-ranges.ts';
import { fieldBits } from '../support/sample-bits.ts';
import { encodePush, type PlainSeries } from '../transcode/encoded-push.ts';

interface Options {
  readonly maxMemoryBytes?: number;
  readonly maxPushBytes?: number;
}

/** Groups that are pushed; each push gives the series that its first backend is sent, as text. */
function groups({ maxMemoryBytes = 1 << 20, maxPushBytes = 1 << 20 }: Options = {}) {
  let nowMs = 1_700_000_000_000;
  const counts = { marked: 0, forgotten: 0 };
  const stale = new StaleSeries(
    { maxMemoryBytes, maxPushBytes },
    {
      staleMarked: (series) => {
        counts.marked += series;
      },
      staleGroupForgotten: () => {
        counts.forgotten++;
      },
    },
  );
  const offer = (group: string, method: PushMethod, encoded: readonly EncodedSeries[]) =>
    stale.mark({ group, method, encoded, receivedAtMs: ++nowMs });
  const push = (group: string, method: PushMethod, ...names: readonly string[]) => {
    const encoded = method === 'DELETE' ? [] : [encodePush(names.map(named), nowMs + 1)];
    const [marked] = offer(group, method, encoded);
    stale.confirm();
    return marked === undefined ? [] : fieldBits(marked.bytes).map(({ series }) => series.replace('{}', ''));
  };
  return { stale, counts, offer, push };
}

function named(name: string): PlainSeries {
  return { name, i: '' };
}

describe('a group that was forgotten gets no markers', () => {
  test('because other groups needed the room', () => {
    const { push, counts } = groups({ maxMemoryBytes: 2500 });
    push('a', 'PUT', 'old', 'kept');
    for (const other of ['b', 'c', 'd', 'e', 'f']) push(other, 'PUT', 'x');
    expect(push('a', 'PUT', 'kept')).toEqual(['kept']);
    expect(push('f', 'PUT', 'y')).toEqual(['y', 'x']);
    expect(counts.forgotten).toBeGreaterThan(0);
    expect(counts.marked).toBe(1);
  });

  test('because it is too large', () => {
    const { push, counts } = groups({ maxMemoryBytes: 2500 });
    push('a', 'PUT', 'old', 'x'.repeat(3000));
    expect(push('a', 'PUT', 'kept')).toEqual(['kept']);
    expect(push('a', 'PUT', 'next')).toEqual(['next', 'kept']);
    expect(counts).toEqual({ marked: 1, forgotten: 1 });
  });

  test('because an accepted push was not delivered', () => {
    const { push, stale } = groups();
    push('a', 'PUT', 'old', 'kept');
    stale.forget('a');
    expect(push('a', 'PUT', 'kept')).toEqual(['kept']);
    expect(push('a', 'DELETE')).toEqual(['kept']);
  });

  test('because no queue has room for the push with its markers', () => {
    const { push, counts } = groups({ maxPushBytes: 350 });
    push('a', 'PUT', 'x'.repeat(120));
    expect(push('a', 'PUT', 'y'.repeat(120))).toEqual(['y'.repeat(120)]);
    expect(counts).toEqual({ marked: 0, forgotten: 1 });
    expect(push('a', 'PUT', 'y')).toEqual(['y', 'y'.repeat(120)]);
  });

  test('because its labels were made to collide, so that a comparison would take too long', () => {
    const { offer, stale, counts } = groups();
    offer('a', 'PUT', [collidingPush(600, 0)]);
    stale.confirm();
    const [marked] = offer('a', 'PUT', [collidingPush(600, 1)]);
    stale.confirm();
    expect(marked?.sampleCount).toBe(600);
    expect(counts).toEqual({ marked: 0, forgotten: 1 });
  });
});

test('a DELETE whose markers fit into no queue still offers them, so that it is refused', () => {
  const { offer, stale } = groups({ maxPushBytes: 100 });
  const wide = encodePush([named('x'.repeat(120))], 1);
  offer('a', 'PUT', [wide]);
  stale.confirm();
  for (let i = 0; i < 2; i++)
    expect(offer('a', 'DELETE', []).map(({ sampleCount }) => sampleCount)).toEqual([1]);
});

test('a push with the same series again, in any order or in parts, is not changed', () => {
  const { offer, stale } = groups();
  const both = encodePush([named('a'), named('b')], 1);
  const turned = encodePush([named('b'), named('a')], 1);
  const part = encodePush([named('b')], 1);
  for (const [method, push] of [
    ['PUT', both],
    ['PUT', both],
    ['PUT', turned],
    ['POST', both],
    ['POST', part],
    ['POST', both],
  ] as const) {
    expect(offer('g', method, [push])[0]).toBe(push);
    stale.confirm();
  }
});

test('backends that get the same push get the same bytes, even if they had different series before', () => {
  const { offer, stale } = groups();
  const [both, part] = [encodePush([named('a'), named('b')], 1), encodePush([named('a')], 1)];
  const counts = (marked: readonly EncodedSeries[]) => marked.map(({ sampleCount }) => sampleCount);
  offer('g', 'PUT', [both, part, both]);
  stale.confirm();
  const next = encodePush([named('c')], 1);
  const marked = offer('g', 'PUT', [next, next, next]);
  expect(counts(marked)).toEqual([3, 2, 3]);
  expect(marked[2]).toBe(marked[0]);
  stale.confirm();
  const last = offer('g', 'PUT', [both, both, both]);
  expect(counts(last)).toEqual([3, 3, 3]);
  expect(new Set(last).size).toBe(1);
});

test('if one backend gets markers, another that had other series gets its own object', () => {
  const { offer, stale } = groups();
  const parts = [['a', 'b'], ['b'], ['b', 'c']].map((names) => encodePush(names.map(named), 1));
  offer('g', 'PUT', parts);
  stale.confirm();
  const next = encodePush([named('b'), named('c')], 1);
  const marked = offer('g', 'PUT', [next, next, next]);
  expect(marked.map(({ sampleCount }) => sampleCount)).toEqual([3, 2, 2]);
  // The spool stores one encoding for each object.
  expect(new Set(marked).size).toBe(3);
});

/** Series with labels that differ and have one hash: their last word undoes what the word before it does. */
function collidingPush(count: number, round: number): EncodedSeries {
  const series = Array.from({ length: count }, (_, i) => collidingSeries(round * count + i));
  const hashes = series.map((one) => hashRange(viewOf(one), 2, LABELS_BYTES));
  expect(new Set(hashes).size).toBe(1);
  return {
    bytes: Buffer.concat(series),
    sampleCount: count,
    withheldHistograms: 0,
    hasStartTimestamps: false,
  };
}

const LABELS_BYTES = 32;
const FACTOR = 0x9e3779b1;
const TARGET = 12_345;
const SAMPLE = Buffer.from('120b09000000000000f83f1001', 'hex');

/** `m{v="…"}`: of the ten bytes of its value the last eight are free. */
function collidingSeries(number: number): Buffer {
  const labels = Buffer.from(`0a0d0a085f5f6e616d655f5f12016d0a0f0a0176120a${'00'.repeat(10)}`, 'hex');
  labels.writeInt32LE(number, 24);
  let state = LABELS_BYTES;
  for (let at = 0; at < 28; at += 4)
    state = Math.imul(state ^ labels.readInt32LE(at), FACTOR) ^ (state >>> 15);
  labels.writeInt32LE(state ^ Math.imul(TARGET ^ (state >>> 15), inverseOf(FACTOR)), 28);
  return Buffer.concat([Buffer.from([0x0a, LABELS_BYTES + SAMPLE.length]), labels, SAMPLE]);
}

/** The number whose product with an odd one is 1 modulo 2^32: each step of Newton's doubles the bits that are right. */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let i = 0; i < 5; i++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
