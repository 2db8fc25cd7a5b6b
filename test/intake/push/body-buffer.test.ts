import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BodyBuffer } from '../../../src/intake/push/body-buffer.ts';

const MAX_BYTES = 1 << 24;

/** The memory that a body's pieces refer to, in bytes. */
function memoryOf(body: BodyBuffer): number {
  return body.pieces().reduce((sum, piece) => sum + piece.buffer.byteLength, 0);
}

/** A piece with its own memory, as they come from the wire. */
function piece(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
}

test('a body without pieces is empty', () => {
  const body = new BodyBuffer(MAX_BYTES);
  expect(body.length).toBe(0);
  expect(Buffer.concat(body.pieces())).toEqual(Buffer.alloc(0));
});

test('a body that was dropped holds nothing and still has its length', () => {
  for (const pieces of [3, 300]) {
    const body = new BodyBuffer(MAX_BYTES);
    for (let i = 0; i < pieces; i++) body.append(piece(Buffer.from('ab')));
    body.drop();
    expect(body.length).toBe(2 * pieces);
    expect(memoryOf(body)).toBe(0);
  }
});

test('a body of single bytes takes little more than twice its bytes, in one piece', () => {
  const body = new BodyBuffer(MAX_BYTES);
  const count = 200_000;
  for (let i = 0; i < count; i++) body.append(Buffer.from([i & 255]));
  expect(body.pieces().length).toBe(1);
  expect(memoryOf(body)).toBeLessThanOrEqual(2 * count);
  expect(Buffer.concat(body.pieces())).toEqual(Buffer.from(Array.from({ length: count }, (_, i) => i & 255)));
});

test('a body with a declared length takes no more memory than that in the end', () => {
  const body = new BodyBuffer(100_000);
  for (let i = 0; i < 100; i++) {
    body.append(piece(Buffer.alloc(1000)));
    expect(memoryOf(body)).toBeLessThanOrEqual(Math.max(4096, 2 * body.length));
  }
  expect(memoryOf(body)).toBe(100_000);
});

test('a body of few pieces is not copied', () => {
  const pieces = Array.from({ length: 32 }, () => piece(Buffer.alloc(1000)));
  const body = new BodyBuffer(MAX_BYTES);
  for (const each of pieces) body.append(each);
  expect(body.pieces().every((each, i) => each === pieces[i])).toBe(true);
});

test('a body cut in any way has the same bytes, and takes the memory that it announced before each piece', () => {
  const cuts = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.uint8Array({ minLength: 3000, maxLength: 9000, size: 'max' }),
    ),
    { maxLength: 120, size: 'max' },
  );
  fc.assert(
    fc.property(cuts, fc.nat(100_000), (pieces, maxBytes) => {
      const body = new BodyBuffer(maxBytes);
      for (const bytes of pieces) {
        const announced = body.heldWith(bytes.length);
        body.append(piece(bytes));
        expect(memoryOf(body)).toBe(announced);
      }
      expect(body.length).toBe(pieces.reduce((sum, { length }) => sum + length, 0));
      expect(Buffer.concat(body.pieces()).equals(Buffer.concat(pieces))).toBe(true);
    }),
    { numRuns: 40 },
  );
});
