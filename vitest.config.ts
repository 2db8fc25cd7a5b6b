import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { type Project, testFilesByProject } from './test/support/project/project-of.ts';

const SEED = 'test/support/project/seed.ts';

const files = testFilesByProject(fileURLToPath(new URL('.', import.meta.url)));

function project(name: Project, options: object) {
  return { extends: true as const, test: { name, include: files[name], ...options } };
}

export default defineConfig({
  test: {
    // Only what hangs gets there: a busy machine is slow, and no test measures speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Tests wait for programs, sockets and timeouts most of their time.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      // No sockets, no programs, in milliseconds.
      project('unit', {
        pool: 'threads',
        isolate: false,
        setupFiles: [SEED, 'test/support/project/unit-setup.ts'],
      }),
      // Stations joined by sockets within one process.
      project('road', {
        pool: 'forks',
        isolate: false,
        setupFiles: [SEED, 'test/support/project/road-setup.ts'],
      }),
      // Programs: Sluice itself, and what is pushed with.
      project('process', { pool: 'forks', setupFiles: [SEED] }),
      // Markdown pages, followed command by command.
      project('docs', { pool: 'forks', setupFiles: [SEED] }),
      // Long random runs.
      project('models', { pool: 'forks', isolate: false, setupFiles: [SEED] }),
    ],
  },
});
