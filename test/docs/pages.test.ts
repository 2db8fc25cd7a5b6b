// Every block of every page is run, checked, or left out for a reason that applies: none escapes in silence. What the marks
// above blocks mean is in CONTRIBUTING.md.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkStep } from './pages/check-step.ts';
import { followFile, hasCommands } from './pages/follow-page.ts';
import { pageNames, readPage } from './pages/page.ts';
import { stepsOf } from './pages/steps.ts';

it('there are pages', () => {
  expect(pageNames()).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'test/chaos/README.md']),
  );
});

describe.each(pageNames())('%s', (name) => {
  it('has no block that is neither run nor checked nor left out for a reason', () => {
    for (const step of stepsOf(readPage(name))) checkStep(step);
  });
});

it('each page with commands has a test that follows it', () => {
  const wanted = pageNames().filter(hasCommands).map(followFile);
  expect(readdirSync(new URL('follow/', import.meta.url)).sort()).toEqual(wanted.sort());
});
