// Every block of every page is run, checked, or left out for a reason that applies: none escapes in silence. What the marks
// above blocks mean stands in CONTRIBUTING.md.
import { describe, expect, it } from 'vitest';
import { checkStep } from './pages/check-step.ts';
import { pageNames, readPage } from './pages/page.ts';
import { runPage } from './pages/run-page.ts';
import { isRun, stepsOf } from './pages/steps.ts';

const PAGE_TIMEOUT_MS = 180_000;

const frames = { js: runNode, 'prom-client': runNode };

it('there are pages', () => {
  expect(pageNames()).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'test/chaos/README.md']),
  );
});

describe.each(pageNames())('%s', (name) => {
  it('has no block that is neither run nor checked nor left out for a reason', () => {
    for (const step of stepsOf(readPage(name))) checkStep(step);
  });

  it.runIf(hasCommands(name))(
    'works when followed from its top in a fresh clone',
    () => runPage(readPage(name), { isWhole: false, frames }),
    PAGE_TIMEOUT_MS,
  );
});

/** What cannot be read is told by the test above. */
function hasCommands(name: string): boolean {
  try {
    return stepsOf(readPage(name)).some((step) => isRun(step, false));
  } catch {
    return false;
  }
}

async function runNode(program: string): Promise<string> {
  return `node '${program}'`;
}
