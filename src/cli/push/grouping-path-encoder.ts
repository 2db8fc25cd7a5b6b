// Labels as the path of a push (https://github.com/prometheus/pushgateway#url), in a form that Sluice, a Pushgateway and
// the proxies before them read alike.

/**
 * A Pushgateway decodes the path before it splits it at slashes, and redirects where it finds dots or nothing between
 * two; some proxies do the same, or refuse what is not printable. Such values go as base64.
 */
const PRINTABLE = /^[^/\\%\p{Cc}]+$/u;
const DOTS = /^\.{1,2}$/;

/** Begins with a slash. `labels` begins with the job. */
export function encodeGroupingPath(labels: ReadonlyMap<string, string>): string {
  return `/metrics${[...labels].map(([name, value]) => encodePair(name, value)).join('')}`;
}

function encodePair(name: string, value: string): string {
  if (PRINTABLE.test(value) && !DOTS.test(value)) return `/${name}/${encodeURIComponent(value)}`;
  return `/${name}@base64/${Buffer.from(value).toString('base64url') || '='}`;
}
