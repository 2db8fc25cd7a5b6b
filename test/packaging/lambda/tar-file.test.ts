// Files of an archive that tar has made.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fileOfTar } from '../../../packaging/lambda/tar-file.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

test('every file is found with its bytes, whatever is before it, and a missing file is an error', () => {
  const folder = new TemporaryFolder();
  const contents = { empty: '', short: 'x', block: 'b'.repeat(512), longer: 'c'.repeat(1300) };
  for (const [name, text] of Object.entries(contents)) folder.write(name, text);
  const names = Object.keys(contents);
  const archive = execFileSync('tar', ['--format=ustar', '-C', folder.path, '-c', ...names]);
  for (const [name, text] of Object.entries(contents)) expect(fileOfTar(archive, name).toString()).toBe(text);
  expect(() => fileOfTar(archive, 'sho')).toThrow('Cannot read the archive: expected sho in it, found none');
});
