// The encodings of a push, as the intake relies on them.
import { expect, test } from 'vitest';
import { readContentEncoding } from '../../src/decompress/decode-body.ts';

function reads(header: string | undefined, expected: string | undefined): void {
  expect(readContentEncoding(header), header).toBe(expected);
}

test('an unknown encoding, or more than one, is refused', () => {
  for (const header of [
    'br',
    'deflate',
    'compress',
    'gzip;q=1',
    '*',
    'gzi',
    'gzipp',
    'g zip',
    'x-zstd',
    '__proto__',
  ]) {
    reads(header, undefined);
  }
  reads('gzip, gzip', undefined);
  reads('gzip, br', undefined);
  reads('snappy, zstd', undefined);
  reads('br, identity', undefined);
});

test('no header, an empty one and identity mean a plain body', () => {
  reads(undefined, 'identity');
  reads('', 'identity');
  reads('identity', 'identity');
  reads('Identity', 'identity');
  reads(' , identity,', 'identity');
});

test('gzip is read in any case and by its old name', () => {
  reads('gzip', 'gzip');
  reads('GZip', 'gzip');
  reads(' gzip ', 'gzip');
  reads('x-gzip', 'gzip');
  reads('identity, gzip', 'gzip');
});

test('snappy is read in any case and by the name its framing format gives itself, zstd in any case', () => {
  reads('snappy', 'snappy');
  reads('Snappy', 'snappy');
  reads('x-snappy-framed', 'snappy');
  reads('zstd', 'zstd');
  reads(' ZSTD, identity', 'zstd');
});
