// Each test file is in the project of what it needs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { TemporaryFolder } from '../temporary-folder.ts';
import { type Project, testFilesByProject } from './project-of.ts';

const HELPERS = {
  'test/support/server.ts': "import { type Server, createServer } from 'node:net';\n",
  'test/support/command.ts': "import { spawn } from 'node:child_process';\n",
};

function isIn(project: Project, path: string, text = '') {
  test(`${path} with ${JSON.stringify(text)} is in ${project}`, () => {
    const folder = new TemporaryFolder();
    for (const [name, content] of Object.entries({ ...HELPERS, [path]: text })) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true });
      writeFileSync(join(folder.path, name), content);
    }
    const projects = Object.entries(testFilesByProject(folder.path)).filter(([, paths]) => paths.length > 0);
    expect(projects).toEqual([[project, [path]]]);
  });
}

isIn('unit', 'test/a.test.ts');
isIn('unit', 'test/a.test.ts', "import type { Server } from 'node:net';\n");
isIn(
  'unit',
  'test/wire/a.test.ts',
  "import { readFileSync } from 'node:fs';\nimport { b } from '../../src/b.ts';\n",
);
isIn('road', 'test/a.test.ts', "import {\n  createServer,\n} from 'node:http';\n");
isIn('road', 'test/wire/a.test.ts', "import { start } from '../support/server.ts';\n");
isIn('road', 'test/a.test.ts', "export * from './support/server.ts';\n");
isIn(
  'process',
  'test/a.test.ts',
  "import './support/server.ts';\nimport { run } from './support/command.ts';\n",
);
isIn('process', 'test/a.test.ts', "const { run } = await import('./support/command.ts');\n");
isIn('process', 'test/a-process.test.ts');
isIn('process', 'test/packaging/bundle.test.ts');
isIn('models', 'test/spool-model.test.ts', "import { start } from './support/server.ts';\n");
isIn('models', 'test/wire/properties.test.ts');
isIn('docs', 'test/docs/a.test.ts', "import { run } from '../support/command.ts';\n");

test('the tests of interop are in no project', () => {
  const folder = new TemporaryFolder();
  mkdirSync(join(folder.path, 'test/interop'), { recursive: true });
  writeFileSync(join(folder.path, 'test/interop/a.test.ts'), '');
  expect(Object.values(testFilesByProject(folder.path)).flat()).toEqual([]);
});
