// The zip files that layers are: as another program reads them.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ZipEntry, zip } from '../../../packaging/lambda/zip.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

const ENTRIES: readonly ZipEntry[] = [
  { path: 'sluice/b.txt', bytes: Buffer.alloc(100_000, 'b'), isExecutable: false },
  { path: 'extensions/a', bytes: Buffer.from('#!/bin/true\n'), isExecutable: true },
  { path: 'empty', bytes: Buffer.alloc(0), isExecutable: false },
];
const hasUnzip = canRun('unzip');

test('the same entries in another order give the same bytes', () => {
  expect(zip([...ENTRIES].reverse()).equals(zip(ENTRIES))).toBe(true);
});

test('an entry has its bytes, their checksum and its mode where the format has them', () => {
  const file = zip([ENTRIES[1]!]);
  const { bytes, path } = ENTRIES[1]!;
  expect(file.readUInt32LE(14)).toBe(crc32(bytes));
  const [compressed, size] = [file.readUInt32LE(18), file.readUInt32LE(22)];
  expect(size).toBe(bytes.length);
  const start = 30 + path.length;
  expect(inflateRawSync(file.subarray(start, start + compressed)).equals(Buffer.from(bytes))).toBe(true);
  // In the directory, which follows.
  expect(file.readUInt32LE(start + compressed)).toBe(0x02014b50);
  expect(file.readUInt32LE(start + compressed + 38) >>> 16).toBe(0o100755);
  expect(file.length).toBe(start + compressed + 46 + path.length + 22);
});

test.skipIf(!hasUnzip)('another program finds nothing wrong and unpacks every entry with its mode', () => {
  const folder = new TemporaryFolder();
  const file = folder.write('layer.zip', '');
  writeFileSync(file, zip(ENTRIES));
  expect(execFileSync('unzip', ['-t', file], { encoding: 'utf8' })).toContain('No errors detected');
  execFileSync('unzip', ['-q', file, '-d', folder.path]);
  for (const { path, bytes, isExecutable } of ENTRIES) {
    const unpacked = join(folder.path, path);
    expect(readFileSync(unpacked).equals(Buffer.from(bytes))).toBe(true);
    expect(statSync(unpacked).mode & 0o777).toBe(isExecutable ? 0o755 : 0o644);
  }
});

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
