// What an answer 404 tells: where pushes go, and what the path at hand most likely got wrong.

/** One line for a path that is not served. */
export function hintFor(path: string, pathPrefixes: readonly string[]): string {
  const prefix = pathPrefixes[0] ?? '';
  const pushPath = `${prefix}/metrics/job/<job>{/<label>/<value>}`;
  return `Cannot find ${JSON.stringify(cut(path))}: ${problemOf(path, prefix)}pushes go to ${pushPath}`;
}

function problemOf(path: string, prefix: string): string {
  const pieces = path.split('/').filter((piece) => piece !== '');
  if (pieces.includes('metrics') && pieces.indexOf('metrics') !== pieces.lastIndexOf('metrics')) {
    return '"metrics" stands twice, the base URL must not end in it; ';
  }
  if (path.startsWith(`${prefix}/job/`) || path.startsWith(`${prefix}/job@base64/`))
    return '"metrics" is missing; ';
  if (path.startsWith('/metrics/job')) return `the path prefix ${JSON.stringify(prefix)} is missing; `;
  return '';
}

function cut(path: string): string {
  return path.length > 120 ? `${path.slice(0, 120)}…` : path;
}
