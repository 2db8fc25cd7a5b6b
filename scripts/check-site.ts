// Ends `npm run docs`: every link between pages of the built site leads to a page, and to a heading that is there.
// VitePress itself checks the pages but not the headings.
import { readdirSync, readFileSync } from 'node:fs';

const SITE = new URL('../docs/.vitepress/dist/', import.meta.url);

const pages = new Map(
  readdirSync(SITE)
    .filter((name) => name.endsWith('.html'))
    .map((name) => [name.replace(/\.html$/, ''), readFileSync(new URL(name, SITE), 'utf8')]),
);
const dead = [...pages].flatMap(([name, html]) =>
  linksIn(html)
    .filter((link) => leadsNowhere(name, link))
    .map((link) => `${name}: ${link}`),
);
if (dead.length > 0) {
  process.stderr.write(
    `Cannot publish the site: expected links that lead somewhere, found\n${dead.join('\n')}\n`,
  );
  process.exitCode = 1;
} else process.stdout.write(`${pages.size} pages, no dead link\n`);

/** Links inside the site, of the text of a page. */
function linksIn(html: string): string[] {
  return [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)]
    .map(([, link = '']) => decodeURIComponent(link))
    .filter((link) => !/^\w+:/.test(link));
}

function leadsNowhere(page: string, link: string): boolean {
  const { pathname, hash } = new URL(link, `file:///${page}`);
  const html = pages.get(pathname === '/' ? 'index' : pathname.slice(1));
  if (html === undefined) return true;
  return hash !== '' && !html.includes(`id="${decodeURIComponent(hash.slice(1))}"`);
}
