// A program without what only debuggers and linkers read still runs.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadedPart } from '../../../packaging/lambda/loaded-part.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

test('what is no 64-bit little-endian ELF file is refused', () => {
  const sentence = 'Cannot read the program: expected a 64-bit little-endian ELF file, found another';
  const refuses = (hex: string) => expect(() => loadedPart(Buffer.from(hex, 'hex'))).toThrow(sentence);
  refuses('23212f6269');
  refuses('7f454c460101');
  refuses('7f454c460202');
});

test.runIf(process.platform === 'linux')('Node without its sections is smaller and runs', () => {
  const whole = readFileSync(process.execPath);
  const cut = loadedPart(whole);
  expect(cut.length).toBeLessThan(whole.length * 0.95);
  const file = new TemporaryFolder().write('node', '');
  writeFileSync(file, cut);
  chmodSync(file, 0o755);
  const script =
    'console.log(process.version, require("node:zlib").gunzipSync(require("node:zlib").gzipSync("x")).length)';
  expect(execFileSync(file, ['-e', script], { encoding: 'utf8' })).toBe(`${process.version} 1\n`);
});
