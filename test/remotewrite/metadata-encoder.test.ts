// Metadata fields by the published message.
import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { appendMetadata } from '../../src/remotewrite/metadata-encoder.ts';
import { OutputBuffer } from '../../src/wire/output-buffer.ts';
import { decodeWriteRequest } from '../support/decode-write-request.ts';

test('metadata leaves as it is, at every length and type', () => {
  const out = new OutputBuffer(1 << 24);
  const lengths = [0, 1, 100, 120, 121, 122, 123, 124, 125, 126, 127, 128, 4096, 16_383, 16_384];
  const all = lengths.flatMap((length, i) => [
    { type: i % 6, family: `m${'x'.repeat(length)}`, help: '', unit: '' },
    { type: i % 6, family: 'm', help: 'é'.repeat(length), unit: '' },
  ]);
  for (const { type, family, help, unit } of all)
    appendMetadata(out, {
      type,
      name: Buffer.from(family),
      help: Buffer.from(help),
      unit: Buffer.from(unit),
    });
  expect(decodeWriteRequest(compress(new Uint8Array(out.written())))).toEqual({ series: [], metadata: all });
});
