// The documentation site (`npm run docs`): the pages of docs/, the chart's page and the changelog, with a search.
// Links are written for GitHub. Here those to other pages of the site stay in it, and all others lead to the repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { githubAnchor } from './github-anchor.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REPOSITORY = 'https://github.com/sluice-metrics/sluice';

/** Pages outside docs/, with their names on the site. */
const OTHER_PAGES: Readonly<Record<string, string>> = {
  'charts/sluice/README.md': 'helm-chart.md',
  'CHANGELOG.md': 'changelog.md',
};

type SidebarItem = { text: string; link: string };

export default defineConfig({
  title: 'Sluice',
  description:
    'Takes the metrics that jobs push to a Pushgateway, and forwards them by Prometheus remote write.',
  lang: 'en',
  srcDir: '..',
  srcExclude: readdirSync(ROOT)
    .filter((name) => !['docs', 'charts', 'CHANGELOG.md'].includes(name))
    .flatMap((name) => [name, `${name}/**`]),
  rewrites: { 'docs/:page': ':page', ...OTHER_PAGES },
  outDir: './.vitepress/dist',
  cleanUrls: true,
  vite: { build: { assetsInlineLimit: 0, target: 'es2022' } },
  markdown: {
    anchor: { slugify: githubAnchor },
    languageAlias: { promql: 'sql' },
    config: (md) =>
      md.core.ruler.push('site-links', ({ tokens, env }) => {
        for (const token of tokens.flatMap((each) => each.children ?? []))
          if (token.type === 'link_open')
            token.attrSet('href', siteLink(token.attrGet('href') ?? '', env.realPath ?? env.path));
      }),
  },
  themeConfig: {
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'Changelog', link: '/changelog' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/:path`, text: 'Edit this page' },
    footer: { message: 'Apache-2.0' },
  },
});

/** The sections and tables of docs/index.md, so that the two lists cannot differ. */
function sidebar(): { text: string; items: SidebarItem[] }[] {
  const index = readFileSync(join(ROOT, 'docs/index.md'), 'utf8');
  return index
    .split(/^## /m)
    .slice(1)
    .map((section) => ({ text: section.split('\n')[0] ?? '', items: sidebarItems(section) }));
}

function sidebarItems(section: string): SidebarItem[] {
  return [...section.matchAll(/^\| \[(.+?)\]\((.+?)\)/gm)].map(([, title = '', target = '']) => ({
    text: title.replaceAll('`', ''),
    link: siteLink(target, join(ROOT, 'docs/index.md'))
      .replace(/^\.\/|\.md$/g, '')
      .replace(/^/, '/'),
  }));
}

/** `target` as written on the page `file`. */
function siteLink(target: string, file: string): string {
  if (/^(?:\w+:|#)/.test(target)) return target;
  const [path = '', anchor] = target.split('#');
  const named = relative(ROOT, resolve(dirname(file), path));
  const page = OTHER_PAGES[named] ?? /^docs\/([^/]+\.md)$/.exec(named)?.[1];
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  if (page !== undefined) return `./${page}${suffix}`;
  return existsSync(join(ROOT, named)) ? `${REPOSITORY}/blob/main/${named}${suffix}` : target;
}
