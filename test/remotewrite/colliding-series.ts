// Series made to collide: their labels differ in eight bytes, and the hash of all is the same. The hash works word by word,
// so for any four bytes there are four others that lead to the wanted hash.
import { WRITE_REQUEST } from '../support/write-request-type.ts';

const MULTIPLIER = 0x9e3779b1;
/** Labels before the value, 24 bytes, and the value of eight. */
const METRIC = 'm';
const LABEL = 'vvv';
const LENGTH = 32;
const WANTED = 0x12345678;

/** `count` values, all of ASCII, for the label of that name. */
function collidingValues(count: number): string[] {
  const prefix = stateBefore();
  const inverse = inverseOf(MULTIPLIER);
  const values: string[] = [];
  const value = Buffer.alloc(8);
  for (let first = 0x20202020; values.length < count; first++) {
    value.writeInt32LE(first, 0);
    const state = step(prefix, first);
    value.writeInt32LE(state ^ Math.imul(WANTED ^ (state >>> 15), inverse), 4);
    if (value.every((byte) => byte > 0 && byte < 128)) values.push(value.toString('latin1'));
  }
  return values;
}

/** An encoded push of such series, with rising times. */
export function collidingSeries(count: number) {
  const timeseries = collidingValues(count).map((value, at) => encodedSeries(value, at + 1));
  const message = WRITE_REQUEST.fromObject({ timeseries });
  return {
    bytes: WRITE_REQUEST.encode(message).finish(),
    sampleCount: count,
    withheldHistograms: 0,
    hasStartTimestamps: false,
  };
}

function encodedSeries(value: string, timestamp: number) {
  const labels = [
    { name: '__name__', value: METRIC },
    { name: LABEL, value },
  ];
  return { labels, samples: [{ value: 1, timestamp }] };
}

function stateBefore(): number {
  const message = WRITE_REQUEST.fromObject({ timeseries: [{ labels: encodedSeries('12345678', 0).labels }] });
  const labels = Buffer.from(WRITE_REQUEST.encode(message).finish()).subarray(2);
  if (labels.length !== LENGTH)
    throw new Error(`BUG: expected labels of ${LENGTH} bytes, found ${labels.length}`);
  let state = LENGTH;
  for (let at = 0; at < LENGTH - 8; at += 4) state = step(state, labels.readInt32LE(at));
  return state;
}

function step(state: number, word: number): number {
  return Math.imul(state ^ word, MULTIPLIER) ^ (state >>> 15);
}

/** Modulo 2^32, by Newton's method. */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let round = 0; round < 5; round++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse;
}
