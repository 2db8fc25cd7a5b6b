// The test that follows one page. Each page with commands has a file in test/docs/follow/, so that pages run in parallel.
import { test } from 'vitest';
import { readPage } from './page.ts';
import { runPage } from './run-page.ts';
import { isRun, stepsOf } from './steps.ts';

const PAGE_TIMEOUT_MS = 300_000;

export function followPage(name: string): void {
  test(
    `${name} works when followed from its top in a fresh clone`,
    () => runPage(readPage(name), { isWhole: false, frames: { js: runNode, 'prom-client': runNode } }),
    PAGE_TIMEOUT_MS,
  );
}

/** The file of the test that follows this page, in test/docs/follow/. */
export function followFile(name: string): string {
  return `${name.replaceAll('/', '-').replace(/\.md$/, '')}.test.ts`;
}

/** The test of all pages reports what cannot be read. */
export function hasCommands(name: string): boolean {
  try {
    return stepsOf(readPage(name)).some((step) => isRun(step, false));
  } catch {
    return false;
  }
}

async function runNode(program: string): Promise<string> {
  return `node '${program}'`;
}
