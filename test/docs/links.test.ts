// Links between the documents lead somewhere.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchors, linkTargets, readDocument } from './markdown.ts';
import { pageNames } from './pages/page.ts';

const ROOT = new URL('../../', import.meta.url);

function leadsNowhere(document: string, target: string): boolean {
  if (/^(?:https?|mailto):/.test(target)) return false;
  const [file = '', anchor] = target.split('#');
  const named = file === '' ? document : pathFrom(document, file);
  if (!existsSync(new URL(named, ROOT))) return true;
  return anchor !== undefined && !anchors(readDocument(named)).has(anchor);
}

/** Of the repository, as all names of documents here. */
function pathFrom(document: string, target: string): string {
  return new URL(target, new URL(document, 'file:///')).pathname.slice(1);
}

describe.each(pageNames())('%s', (document) => {
  it('has no link to a missing file or heading', () => {
    const targets = linkTargets(readDocument(document));
    expect(targets.filter((target) => leadsNowhere(document, target))).toEqual([]);
  });
});

describe.each(['README.md', 'docs/index.md'])('%s', (document) => {
  it('leads to every page of docs/', () => {
    const pages = pageNames().filter((name) => name.startsWith('docs/') && name !== document);
    const linked = linkTargets(readDocument(document)).map((target) =>
      pathFrom(document, target.split('#')[0] ?? ''),
    );
    expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  });
});

it('README is short enough to read in one go', () => {
  expect(Buffer.byteLength(readDocument('README.md'))).toBeLessThan(10_240);
});
