// The HTML page that shows what arrived. The first rows are rendered here, so that the page also works without a script;
// the script keeps them current. All text from outside goes through `escapeHtml`.
import { createHash } from 'node:crypto';
import { type LatestRow, type LatestSamples, MAX_ROWS } from './latest-samples.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

export interface PageAddresses {
  readonly queryUrl: string;
  readonly writeUrl: string;
  /** A complete push URL for the example, such as http://127.0.0.1:3030/pushgateway/metrics/job/demo. */
  readonly pushUrl: string | undefined;
}

/** Only the page's own script and style run, and nothing is loaded from elsewhere. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${sha256(PAGE_SCRIPT)}'`,
  `style-src 'sha256-${sha256(PAGE_STYLE)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export function renderPage(latest: LatestSamples, filter: string, addresses: PageAddresses): string {
  const hasSeries = latest.totalSeries > 0;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice: latest samples</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Sluice <small>development backend</small></h1>
<p>Samples received by remote write. They are kept in memory until Sluice stops.</p>
</header>
<form id="form" action="/">
<input id="filter" name="filter" type="search" value="${escapeHtml(filter)}" placeholder="Filter by name or label" aria-label="Filter by name or label" autocomplete="off" spellcheck="false">
<span id="status" role="status">${escapeHtml(summarize(latest))}</span>
</form>
<div class="panel empty" id="empty"${hasSeries ? ' hidden' : ''}>${renderEmpty(addresses.pushUrl)}</div>
<div class="panel" id="table"${hasSeries ? '' : ' hidden'}>
<table>
<thead><tr><th>Series</th><th>Value</th><th>Time (UTC)</th><th>Age</th></tr></thead>
<tbody id="rows">${latest.rows.map(renderRow).join('\n')}</tbody>
</table>
</div>
<footer>Prometheus API: <code>${escapeHtml(addresses.queryUrl)}/api/v1/query?query=up</code><br>Remote write: <code>${escapeHtml(addresses.writeUrl)}</code></footer>
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** `12 series`, `3 of 12 series match`, plus a note if not all rows are shown. */
export function summarize({ totalSeries, matchingSeries, rows }: LatestSamples): string {
  const count =
    matchingSeries === totalSeries
      ? `${totalSeries} series`
      : `${matchingSeries} of ${totalSeries} series match`;
  return rows.length < matchingSeries ? `${count}; the newest ${MAX_ROWS} are shown` : count;
}

function renderEmpty(pushUrl: string | undefined): string {
  if (pushUrl === undefined) return '<p>No series has arrived yet.</p>';
  const command = `echo 'demo_value 42' | curl --data-binary @- ${pushUrl}`;
  return `<p>No series has arrived yet. Push one:</p><pre>${escapeHtml(command)}</pre>`;
}

function renderRow({ name, labels, value, detail, exemplar, time, age, about }: LatestRow): string {
  const notes = renderSpan('about', about) + renderSpan('exemplar', exemplar);
  const series = `${renderSpan('name', name)}${renderLabels(labels)}${notes}`;
  const values = renderSpan('amount', value) + renderSpan('detail', detail);
  return `<tr><td class="series">${series}</td><td class="value">${values}</td><td class="when"><time>${escapeHtml(time)}</time></td><td class="age">${escapeHtml(age)}</td></tr>`;
}

/** The style sheet hides an empty span; the script fills it when there is text. */
function renderSpan(className: string, text: string): string {
  return `<span class="${className}">${escapeHtml(text)}</span>`;
}

function renderLabels(labels: LatestRow['labels']): string {
  if (labels.length === 0) return '';
  const pairs = labels.map(
    ([name, value]) => `${renderSpan('label', name)}=${renderSpan('string', JSON.stringify(value))}`,
  );
  return `{${pairs.join(', ')}}`;
}

/** Safe as text and inside a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
