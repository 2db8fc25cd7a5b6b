// The registry of families is bounded in bytes, and drops what was not used for longest.
import { expect, test } from 'vitest';
import { FamilyRegistry } from '../../../src/remotewrite/v2/family-registry.ts';
import { encodeSamples } from '../../support/encode.ts';

function fieldsOf(...families: readonly { family: string; type: number; help: string }[]): Buffer {
  return Buffer.from(encodeSamples([{ name: 'm', value: 1, timestampMs: 1 }], families).bytes);
}

const family = (i: number) => ({ family: `family_${i}`, type: 2, help: 'x'.repeat(800) });

test('only so many bytes are kept, of the latest families, however many come', () => {
  const registry = new FamilyRegistry(100_000);
  for (let i = 0; i < 1000; i++) registry.noteMetadata(fieldsOf(family(i)));
  const kept = Array.from({ length: 1000 }, (_, i) => i).filter((i) => registry.find(`family_${i}`));
  expect(kept.length).toBeGreaterThan(40);
  expect(kept.length * 800).toBeLessThan(100_000);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 1000 - kept.length + i));
});

test('a family that is asked for is not forgotten', () => {
  const registry = new FamilyRegistry(100_000);
  for (let i = 0; i < 1000; i++) {
    registry.noteMetadata(fieldsOf(family(i)));
    if (i % 20 === 0) expect(registry.find('family_0')?.help.length).toBe(800);
  }
});

test('a family that is noted again and again takes its place once', () => {
  const registry = new FamilyRegistry(100_000);
  registry.noteMetadata(fieldsOf({ family: 'first', type: 1, help: 'kept' }));
  for (let i = 0; i < 1000; i++) {
    const help = String(i).padEnd(800);
    registry.noteMetadata(fieldsOf({ family: 'again', type: 1, help }));
  }
  expect(registry.find('again')?.help.toString()).toBe('999'.padEnd(800));
  expect(registry.find('first')?.help.toString()).toBe('kept');
});

test('what it keeps does not change when the bytes it came in do', () => {
  const registry = new FamilyRegistry(100_000);
  const fields = fieldsOf({ family: 'f', type: 1, help: 'text' });
  registry.noteMetadata(fields);
  fields.fill(0);
  expect(registry.find('f')?.help.toString()).toBe('text');
});
