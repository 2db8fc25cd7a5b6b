// Links between the documents lead somewhere.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchors, linkTargets, readDocument } from './markdown.ts';

const ROOT = new URL('../../', import.meta.url);
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];

function leadsNowhere(document: string, target: string): boolean {
  if (/^https?:/.test(target)) return false;
  const [file = '', anchor] = target.split('#');
  const named = file === '' ? document : file;
  if (!existsSync(new URL(named, ROOT))) return true;
  return anchor !== undefined && !anchors(readDocument(named)).has(anchor);
}

describe.each(DOCUMENTS)('%s', (document) => {
  const targets = linkTargets(readDocument(document));

  it('has no link to a missing file or heading', () => {
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => leadsNowhere(document, target))).toEqual([]);
  });
});
