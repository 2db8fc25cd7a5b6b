// A page of the documentation as a reader goes through it: its fenced blocks in order, each with the marks above it. A mark
// is an HTML comment, which readers do not see; one that is above no block would be lost, so it is an error.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const ROOT = new URL('../../../', import.meta.url);

export interface Mark {
  readonly name: string;
  readonly value: string;
}

export interface PageBlock {
  /** Page and line of the opening fence, for messages. */
  readonly at: string;
  readonly language: string;
  readonly text: string;
  readonly marks: readonly Mark[];
  /** The headings above it. */
  readonly section: string;
}

export interface Page {
  readonly name: string;
  /** Marks of the page itself, above its first heading or right below it. */
  readonly marks: readonly Mark[];
  readonly blocks: readonly PageBlock[];
}

/** Of the whole repository: what somebody may read and follow. */
export function pageNames(): string[] {
  const fixed = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'SECURITY.md'];
  const folders = ['docs', 'charts', 'lambda', 'deploy', 'test', 'bench', 'config'];
  return [...fixed, ...folders.flatMap(markdownIn)];
}

function markdownIn(folder: string): string[] {
  const url = new URL(`${folder}/`, ROOT);
  if (!existsSync(url)) return [];
  const names = readdirSync(url, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

export function readPage(name: string): Page {
  return parsePage(name, readFileSync(new URL(name, ROOT), 'utf8'));
}

const COMMENT = /^\s*<!--\s*(.*?)\s*-->\s*$/;
const FENCE = /^( *)(`{3,})([\w+-]*)\s*$/;
/** The marks that are about a page. */
const OF_PAGES = ['before'];

export function parsePage(name: string, markdown: string): Page {
  const lines = markdown.split('\n');
  const blocks: PageBlock[] = [];
  const ofPage: Mark[] = [];
  let waiting: Mark[] = [];
  let section = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, indent = '', fence, language = ''] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      const end = endOfBlock(name, lines, at, indent + fence);
      const text = lines.slice(at + 1, end).map((each) => `${each.slice(indent.length)}\n`);
      blocks.push({ at: `${name}:${at + 1}`, language, text: text.join(''), marks: waiting, section });
      waiting = [];
      at = end;
      continue;
    }
    const [, comment] = COMMENT.exec(line) ?? [];
    if (comment !== undefined) {
      const mark = parseMark(comment);
      (OF_PAGES.includes(mark.name) ? ofPage : waiting).push(mark);
    } else if (line.trim() !== '' && waiting.length > 0)
      throw new SyntaxError(`Cannot read ${name}:${at + 1}: expected a block under <!-- ${waiting[0]?.name}`);
    if (/^##? /.test(line)) section = line.replace(/^#+ /, '');
  }
  if (waiting.length > 0) throw new SyntaxError(`Cannot read ${name}: expected a block under its last mark`);
  return { name, marks: ofPage, blocks };
}

function endOfBlock(name: string, lines: readonly string[], start: number, fence: string): number {
  const end = lines.findIndex((line, at) => at > start && line.trimEnd() === fence);
  if (end < 0) throw new SyntaxError(`Cannot read ${name}:${start + 1}: expected the end of the block`);
  return end;
}

function parseMark(comment: string): Mark {
  const [, name = '', value = ''] = /^([^:]*?)\s*(?::\s*(.*))?$/s.exec(comment) ?? [];
  return { name, value };
}
