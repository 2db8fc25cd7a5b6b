// The page's style sheet: system fonts, light and dark, one column of cards on a narrow screen.

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c); --panel: light-dark(#ffffff, #1c2027); --line: light-dark(#e1e4ea, #2d333d);
  --text: light-dark(#1b1f27, #e4e7ec); --quiet: light-dark(#626a78, #98a1b0); --accent: light-dark(#0b63ce, #74b3ff);
  --label: light-dark(#7a4a00, #e5b567); --string: light-dark(#1a6e3c, #8fce9f);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 78rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0; font-size: 1.3rem; }
h1 small { color: var(--quiet); font-weight: 400; font-size: .95rem; }
header p { margin: .2rem 0 1.1rem; color: var(--quiet); }
code, pre, .series, .value, time { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .875rem; }
form { display: flex; gap: .75rem; align-items: center; margin-bottom: .75rem; flex-wrap: wrap; }
input { flex: 1 1 16rem; max-width: 30rem; padding: .5rem .7rem; font: inherit; color: inherit;
  background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; }
input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
#status { color: var(--quiet); }
#status.failed { color: light-dark(#b3261e, #ff9d94); }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; font-size: .8rem; color: var(--quiet); }
th, td { padding: .5rem .8rem; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
th:nth-child(2), .value { text-align: right; }
.value { font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.series { overflow-wrap: anywhere; }
.name { color: var(--accent); font-weight: 600; }
.label { color: var(--label); } .string { color: var(--string); }
.about, .exemplar, .detail { display: block; color: var(--quiet); font: .8rem/1.4 system-ui, sans-serif; }
.about, .exemplar { overflow-wrap: anywhere; }
.about:empty, .exemplar:empty, .detail:empty { display: none; }
.age { font-size: .875rem; }
.age, time { white-space: nowrap; color: var(--quiet); }
.empty { padding: 1.4rem 1.2rem; }
.empty p { margin: 0 0 .7rem; }
pre { margin: 0; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border-radius: .4rem; }
[hidden] { display: none !important; }
footer { margin-top: 1rem; color: var(--quiet); font-size: .85rem; }
footer code { overflow-wrap: anywhere; }
@media (max-width: 46rem) {
  thead { display: none; }
  table, tbody { display: block; }
  tr { display: grid; grid-template-columns: 1fr auto; padding: .6rem .8rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td { display: block; border: 0; padding: .1rem 0; }
  .series { grid-column: 1 / -1; } .value { text-align: left; grid-row: span 2; } .when { text-align: right; } td.age { grid-column: 2; text-align: right; }
}
`;
