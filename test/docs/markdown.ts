// What the tests of the documents read in Markdown: sections, tables, links. Blocks are read in pages/page.ts.
import { readFileSync } from 'node:fs';

/** A file of the repository. */
export function readDocument(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
}

/** The text below the heading `## title`, up to the next heading of that rank. */
export function section(markdown: string, title: string): string {
  const [, text] = new RegExp(`^## ${title}\n(.*?)(?=^## |$(?![\\s\\S]))`, 'ms').exec(markdown) ?? [];
  if (text === undefined)
    throw new Error(`Cannot read document: expected the heading "${title}", found none`);
  return text;
}

/** The cells of the rows of all tables in `markdown`, heads and rulers left out. */
export function tableRows(markdown: string): string[][] {
  const lines = markdown.split('\n');
  return lines
    .filter((line, at) => line.startsWith('|') && !isHead(lines, at) && !line.startsWith('|---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function isHead(lines: readonly string[], at: number): boolean {
  return lines[at + 1]?.startsWith('|---') ?? false;
}

/** Targets of links and images in running text, code left out. */
export function linkTargets(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub gives to headings. */
export function anchors(markdown: string): Set<string> {
  const headings = markdown.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** `code` without its backticks; undefined for a cell that is something else. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]*)`$/.exec(cell ?? '')?.[1];
}
