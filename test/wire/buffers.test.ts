// The arena and the output: bounded, reused, and giving back what a large push needed.
import { describe, expect, test } from 'vitest';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { SLACK } from '../../src/wire/byte-ranges.ts';
import { OutputBuffer, OutputLimitError } from '../../src/wire/output-buffer.ts';

const FIRST_BYTES = 1 << 16;
const KEPT_BYTES = 1 << 22;

describe('the arena', () => {
  test('holds the chunks back to back, followed by zeros, whatever was there before', () => {
    const arena = new ByteArena();
    arena.load([Buffer.alloc(1000, 'x')], 1000, 0);
    arena.load([Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')], 3, 0);
    expect(arena.bytes.toString('latin1', 0, arena.bodyEnd + SLACK)).toBe(`abc${'\0'.repeat(SLACK)}`);
    expect(arena.end).toBe(3 + SLACK);
  });

  test('has room for what may be rewritten, at every size', () => {
    for (const length of [0, 1, FIRST_BYTES - 1, FIRST_BYTES, FIRST_BYTES + 1, 1_000_000]) {
      const arena = new ByteArena();
      arena.load([Buffer.alloc(length)], length, 2 * length);
      const text = 'y'.repeat(2 * length);
      const start = arena.writeAscii(text);
      expect(arena.bytes.toString('latin1', start, arena.end)).toBe(text);
      expect(arena.end + SLACK).toBeLessThanOrEqual(arena.bytes.length);
      expect(arena.view.byteLength).toBe(arena.bytes.length);
    }
  });

  test('keeps the memory that usual pushes need and gives back what a large one needed', () => {
    const arena = new ByteArena();
    arena.load([Buffer.alloc(1_000_000)], 1_000_000, 2_000_000);
    arena.trim();
    expect(arena.bytes.length).toBeGreaterThanOrEqual(3_000_000);
    arena.load([Buffer.alloc(2_000_000)], 2_000_000, 4_000_000);
    arena.trim();
    expect([arena.bytes.length, arena.view.byteLength]).toEqual([FIRST_BYTES, FIRST_BYTES]);
  });
});

describe('the output', () => {
  test('refuses to grow beyond its limit', () => {
    const out = new OutputBuffer(1_000_000);
    out.reserve(1_000_000);
    out.length = 1_000_000;
    expect(() => out.reserve(1)).toThrow(new OutputLimitError(1_000_000));
    expect(() => out.reserve(1)).toThrow(
      'Cannot encode push: expected at most 1000000 bytes after encoding, found more',
    );
    expect(out.bytes.length).toBeLessThanOrEqual(1_000_000 + SLACK);
  });

  test('keeps what is written while it grows, with room for the last word', () => {
    const out = new OutputBuffer(1 << 23);
    let written = '';
    for (let i = 0; i < 300; i++) {
      out.reserve(1000);
      expect(out.bytes.length - out.length).toBeGreaterThanOrEqual(1000 + SLACK);
      out.bytes.fill(65 + (i % 26), out.length, out.length + 1000);
      out.length += 1000;
      written += String.fromCharCode(65 + (i % 26)).repeat(1000);
    }
    expect(out.written().toString('latin1')).toBe(written);
    expect(out.view.byteLength).toBe(out.bytes.length);
  });

  test('keeps the memory that usual pushes need and gives back what a large one needed', () => {
    const out = new OutputBuffer(1 << 24);
    out.reserve(KEPT_BYTES - SLACK);
    out.reset();
    expect(out.bytes.length).toBeGreaterThan(FIRST_BYTES);
    out.reserve(2 * KEPT_BYTES);
    out.reset();
    expect([out.bytes.length, out.view.byteLength, out.length]).toEqual([FIRST_BYTES, FIRST_BYTES, 0]);
  });
});
