// The symbol table with texts that were made to share a hash: they are taken all the same, and cost little more.
import { expect, test } from 'vitest';
import { SymbolTable } from '../../../src/remotewrite/v2/symbol-table.ts';
import { hashRange, SLACK } from '../../../src/wire/byte-ranges.ts';

/** Flipping these bits of four words in a row changes nothing of the hash. */
const NEUTRAL = [0x80000000, 0x80000000, 0x10000, 0x2];

/** 2^`groups` texts of one length and hash. */
function collidingTexts(groups: number): Buffer[] {
  return Array.from({ length: 1 << groups }, (_, choice) => {
    const text = Buffer.alloc(16 * groups + SLACK, 'a');
    for (let group = 0; group < groups; group++) {
      if ((choice & (1 << group)) === 0) continue;
      NEUTRAL.forEach((bits, i) => {
        const at = 16 * group + 4 * i;
        text.writeUInt32LE((text.readUInt32LE(at) ^ bits) >>> 0, at);
      });
    }
    return text;
  });
}

test('texts made to collide are each a symbol of their own, found again', () => {
  const texts = collidingTexts(11);
  const length = texts[0]!.length - SLACK;
  const view = (text: Buffer) => new DataView(text.buffer, text.byteOffset, text.length);
  expect(new Set(texts.map((text) => hashRange(view(text), 0, length))).size).toBe(1);
  const table = new SymbolTable(1 << 24);
  const refOf = (text: Buffer) => table.refOf(text, view(text), 0, length);
  const numbers = texts.map((_, i) => i + 1);
  expect(texts.map(refOf)).toEqual(numbers);
  expect(texts.map(refOf)).toEqual(numbers);
  expect(table.count).toBe(1 + texts.length);
  table.reset();
  expect(refOf(texts[5]!)).toBe(1);
});

test('the empty text is symbol 0 and never written twice', () => {
  const table = new SymbolTable(1 << 20);
  const text = Buffer.alloc(SLACK);
  expect(table.refOf(text, new DataView(text.buffer, text.byteOffset, text.length), 0, 0)).toBe(0);
  expect(table.out.written().toString('hex')).toBe('2200');
});

test('symbols over the limit are refused', () => {
  const table = new SymbolTable(1 << 16);
  const text = Buffer.alloc((1 << 16) + SLACK, 'x');
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  expect(() => table.refOf(text, view, 0, 1 << 16)).toThrow(
    'Cannot encode push: expected at most 65536 bytes after encoding, found more',
  );
});
