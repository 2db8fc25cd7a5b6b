// The anchor that GitHub gives to a heading, so that one link works on GitHub and on the site.

export function githubAnchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
